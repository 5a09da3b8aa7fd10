import { type Command, EXIT, textOf } from '../../command.ts';
import { openConnection } from '../../connection/api-connection.ts';
import { ACCOUNT_OPTION, JSON_OPTION } from '../../options.ts';
import { printJson, printLines } from '../../terminal/print.ts';
import { lookOf } from '../../view/look.ts';
import { renderRunEnd } from '../../view/run.ts';

export const abort: Command = {
  name: 'abort',
  summary: 'End the run under way at its next safe point, and say what had been submitted.',
  options: [ACCOUNT_OPTION, JSON_OPTION],
  examples: [{ line: 'vega-auth abort --account UPSTOX_02', says: 'the run of another account' }],
  run: async (terminal, { account, json }) => {
    // A short look: a run that was interrupted is ended, not taken up first.
    await using connection = await openConnection(terminal, { isVisit: true });
    const { run } = await connection.client.authState({ accountId: textOf(account) });
    if (run === null || run.endedAt !== null) {
      if (json === true) printJson(terminal, run);
      else terminal.out.write('No run is under way.\n');
      return EXIT.ALL_VALID;
    }
    const ended = await connection.client.abortGeneration({ runId: run.id });
    if (json === true) printJson(terminal, ended);
    else printLines(terminal, renderRunEnd(ended, lookOf(terminal)));
    if (ended.endedAt !== null) return EXIT.ALL_VALID;
    terminal.err.write(
      'Another process executes this run: abort it there, or set VEGA_PORT to its server.\n',
    );
    return EXIT.FATAL;
  },
};
