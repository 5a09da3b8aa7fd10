import type { ApiName, GenerateTokensMutationVariables } from '../../../sdk/index.ts';
import { API_NAMES } from '../../../sdk/names.ts';
import { type Command, EXIT, type Given, isInteractive, type Terminal, textOf } from '../../command.ts';
import { type ApiConnection, openConnection } from '../../connection/api-connection.ts';
import { executeRun, printEnd } from '../../connection/execute-run.ts';
import { exitOfRun } from '../../exit-code.ts';
import { ACCOUNT_OPTION } from '../../options.ts';
import { printJson } from '../../terminal/print.ts';
import { askWhether } from '../../terminal/prompts.ts';
import { runSummary } from '../../view/run.ts';

export const generate: Command = {
  name: 'generate',
  summary: 'Make what is expired, invalid or missing, or the APIs that are named, and show how it goes.',
  arguments: [{ name: '[apis...]', description: 'Only these.', choices: API_NAMES }],
  options: [
    { flags: '--all', description: 'Make every token anew.' },
    { flags: '--replace-valid', description: 'Replace valid tokens without a question.' },
    { flags: '--include-unknown', description: 'Replace tokens that nobody knows about, too.' },
    { flags: '--approval', description: 'Ask the owner on the phone in place of a login.' },
    ACCOUNT_OPTION,
    { flags: '--json', description: 'Print the run when it has ended.' },
  ],
  examples: [
    { line: 'vega-auth generate', says: 'make what is missing' },
    { line: 'vega-auth generate WEBSOCKET2,OPTIONCHAIN1', says: 'only these two' },
    { line: 'vega-auth generate --all --replace-valid', says: 'all of them, without a question' },
  ],
  run: async (terminal, given) => {
    await using connection = await openConnection(terminal);
    const request = requestOf(given);
    const replaceValid = request.replaceValid || (await isReplacingAgreed(connection, terminal, request));
    if (replaceValid === null) return EXIT.SOME_MISSING;
    const begun = await connection.client.generateTokens({ ...request, replaceValid });
    const isJson = given.json === true;
    const run = await executeRun(connection, terminal, begun, { isOurs: true, isShown: !isJson });
    printEnd(terminal, run);
    if (isJson) printJson(terminal, run);
    else terminal.out.write(`${runSummary(run)}\n`);
    return exitOfRun(run);
  },
};

const requestOf = ({ apis, all, account, approval, ...given }: Given) => {
  const apiNames = (Array.isArray(apis) ? apis : []) as ApiName[];
  return {
    mode: all === true ? 'ALL' : apiNames.length > 0 ? 'PARTIAL' : 'INVALID_ONLY',
    ...(apiNames.length > 0 ? { apiNames } : {}),
    accountId: textOf(account),
    replaceValid: given.replaceValid === true,
    includeUnknown: given.includeUnknown === true,
    ...(approval === true ? { via: 'APPROVAL' } : {}),
  } as const satisfies GenerateTokensMutationVariables;
};

/** Asks before valid tokens are replaced; null when the answer is no. Without a terminal the API refuses. */
const isReplacingAgreed = async (
  { client }: ApiConnection,
  terminal: Terminal,
  request: ReturnType<typeof requestOf>,
): Promise<boolean | null> => {
  if (request.mode === 'INVALID_ONLY' || !isInteractive(terminal)) return false;
  const { valid } = await client.tokenStatus({ accountId: request.accountId });
  const replaced = valid.filter((name) => request.mode === 'ALL' || request.apiNames?.includes(name));
  if (replaced.length === 0) return false;
  const isAgreed = await askWhether(terminal, `Replace ${replaced.join(', ')}, although valid?`);
  return isAgreed ? true : null;
};
