import { type Command, textOf } from '../../command.ts';
import { openConnection } from '../../connection/api-connection.ts';
import { executeRun, printEnd } from '../../connection/execute-run.ts';
import { exitOfRun } from '../../exit-code.ts';
import { ACCOUNT_OPTION } from '../../options.ts';
import { printJson } from '../../terminal/print.ts';
import { runSummary } from '../../view/run.ts';

export const login: Command = {
  name: 'login',
  summary: 'Log in, as after a logout: make what is missing, and open the gate when everything is valid.',
  options: [ACCOUNT_OPTION, { flags: '--json', description: 'Print the run when it has ended.' }],
  run: async (terminal, { account, json }) => {
    await using connection = await openConnection(terminal);
    const begun = await connection.client.startLogin({ accountId: textOf(account) });
    const run = await executeRun(connection, terminal, begun, { isOurs: true, isShown: json !== true });
    printEnd(terminal, run);
    if (json === true) printJson(terminal, run);
    else terminal.out.write(`${runSummary(run)}\n`);
    return exitOfRun(run);
  },
};
