import { type Command, textOf } from '../../command.ts';
import { openConnection } from '../../connection/api-connection.ts';
import { executeRun, printEnd } from '../../connection/execute-run.ts';
import { exitOfRun } from '../../exit-code.ts';
import { ACCOUNT_OPTION } from '../../options.ts';
import { printJson } from '../../terminal/print.ts';
import { runSummary } from '../../view/run.ts';

export const resume: Command = {
  name: 'resume',
  summary: 'Go on with the run that is under way or was left, else make what is still missing.',
  options: [ACCOUNT_OPTION, { flags: '--json', description: 'Print the run when it has ended.' }],
  examples: [{ line: 'vega-auth resume', says: 'after a crash, a reboot or a Ctrl-C' }],
  run: async (terminal, { account, json }) => {
    await using connection = await openConnection(terminal);
    const accountId = textOf(account);
    const { run: last } = await connection.client.authState({ accountId });
    const isUnderWay = last !== null && last.endedAt === null;
    const begun = isUnderWay
      ? last
      : await connection.client.generateTokens({ mode: 'INVALID_ONLY', accountId });
    const run = await executeRun(connection, terminal, begun, {
      isOurs: !isUnderWay,
      isShown: json !== true,
    });
    printEnd(terminal, run);
    if (json === true) printJson(terminal, run);
    else terminal.out.write(`${runSummary(run)}\n`);
    return exitOfRun(run);
  },
};
