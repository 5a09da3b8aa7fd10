import { text as readText } from 'node:stream/consumers';
import type { ApiName, ImportedCredential, RoleCredential } from '../../../sdk/index.ts';
import { API_NAMES, IMPORTED_CREDENTIALS, ROLE_CREDENTIALS } from '../../../sdk/names.ts';
import {
  type Command,
  EXIT,
  type Given,
  isInteractive,
  requiredText,
  type Terminal,
  textOf,
} from '../../command.ts';
import { openConnection } from '../../connection/api-connection.ts';
import { ACCOUNT_OPTION, JSON_OPTION } from '../../options.ts';
import { printJson, printLines } from '../../terminal/print.ts';
import { askSecret } from '../../terminal/prompts.ts';
import { lookOf } from '../../view/look.ts';
import { renderRoles, renderYearlyTokens } from '../../view/roles.ts';
import { asking } from '../setup/asking.ts';
import { SecretMissing } from './secrets.ts';

const ROLE = { name: '<role>', description: 'Which role.', choices: API_NAMES };

const list: Command = {
  name: 'list',
  summary:
    'List what serves each role, what it loses by that, and the plans where the broker rejects an app.',
  options: [ACCOUNT_OPTION, JSON_OPTION],
  run: async (terminal, { account, json }) => {
    await using connection = await openConnection(terminal, { isVisit: true });
    const accountId = textOf(account);
    const roles = await connection.client.roles({ accountId });
    const yearly = await connection.client.yearlyTokens({ accountId });
    const look = lookOf(terminal);
    if (json === true) printJson(terminal, { roles, yearlyTokens: yearly });
    else printLines(terminal, [...renderRoles(roles, look), ...renderYearlyTokens(yearly, look)]);
    const isServed = roles.length > 0 && roles.every(({ verdict }) => verdict === 'VALID');
    return isServed ? EXIT.ALL_VALID : EXIT.SOME_MISSING;
  },
};

const assign: Command = {
  name: 'assign',
  summary: 'Choose what serves a role.',
  arguments: [
    ROLE,
    { name: '<credential>', description: 'What its token comes from.', choices: ROLE_CREDENTIALS },
    { name: '[with]', description: 'With SHARED: the role whose token it shares.', choices: API_NAMES },
  ],
  options: [ACCOUNT_OPTION, JSON_OPTION],
  examples: [
    { line: 'vega-auth roles assign OPTIONCHAIN1 SHARED PRIMARY', says: 'no app of its own is needed' },
  ],
  run: asking(
    (client, given) =>
      client.assignRole({
        input: {
          accountId: textOf(given.account),
          apiName: requiredText(given.role) as ApiName,
          credential: requiredText(given.credential) as RoleCredential,
          sharedWith: textOf(given.with) as ApiName | undefined,
        },
      }),
    (role, _given, terminal) => renderRoles([role], lookOf(terminal)),
  ),
};

const remove: Command = {
  name: 'remove',
  summary: 'End a role that has no app.',
  arguments: [ROLE],
  options: [ACCOUNT_OPTION, JSON_OPTION],
  run: asking(
    (client, { account, role }) =>
      client.removeRole({ accountId: textOf(account), apiName: requiredText(role) as ApiName }),
    (isRemoved, { role }) => [isRemoved ? `${role} is removed.` : `${role} had no assignment.`],
  ),
};

const importCommand: Command = {
  name: 'import',
  summary: 'Store a token that was made by hand at the broker, once the broker has confirmed it.',
  arguments: [
    { name: '<credential>', description: 'Which kind of token it is.', choices: IMPORTED_CREDENTIALS },
    { name: '[roles...]', description: 'The roles that it serves.', choices: API_NAMES },
  ],
  options: [
    {
      flags: '--write-to-table',
      description:
        'Of a yearly token: also into upstox_tokens, where other programs might place orders with it.',
    },
    ACCOUNT_OPTION,
    JSON_OPTION,
  ],
  examples: [
    { line: 'vega-auth roles import PASTED PRIMARY', says: 'until 03:30; the token is asked for, hidden' },
    { line: 'vega-auth roles import ANALYTICS WEBSOCKET1 < token.txt', says: 'the token alone in a file' },
  ],
  run: asking(
    async (client, given, terminal) =>
      client.importToken({
        input: {
          accountId: textOf(given.account),
          credential: requiredText(given.credential) as ImportedCredential,
          apiNames: namesIn(given.roles),
          writeToTokenTable: given.writeToTable === true,
          accessToken: await readToken(terminal),
        },
      }),
    (roles, _given, terminal) => renderRoles(roles, lookOf(terminal)),
  ),
};

export const roles: Command = {
  name: 'roles',
  summary: 'Show and choose what serves each role, and import tokens that were made by hand.',
  commands: [list, assign, importCommand, remove],
};

const namesIn = (given: Given[string]): ApiName[] => (Array.isArray(given) ? (given as ApiName[]) : []);

/** Hidden on a terminal, else the whole of standard input: the token alone, or `ACCESS_TOKEN=…`. */
const readToken = async (terminal: Terminal): Promise<string> => {
  const given = isInteractive(terminal)
    ? await askSecret(terminal, 'The access token')
    : terminal.input.isTTY === true
      ? null
      : await readText(terminal.input);
  const token = given?.trim().replace(/^ACCESS_TOKEN=/, '') ?? '';
  if (token === '') throw new SecretMissing(['ACCESS_TOKEN']);
  return token;
};
