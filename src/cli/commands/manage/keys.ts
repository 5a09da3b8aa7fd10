import type { ApiName, Role } from '../../../sdk/index.ts';
import { API_NAMES, ROLES } from '../../../sdk/names.ts';
import { type Command, EXIT, requiredText, textOf } from '../../command.ts';
import { openConnection } from '../../connection/api-connection.ts';
import { JSON_OPTION } from '../../options.ts';
import { printJson } from '../../terminal/print.ts';
import { renderKeys } from '../../view/lists.ts';
import { lookOf } from '../../view/look.ts';
import { asking } from '../setup/asking.ts';

const list: Command = {
  name: 'list',
  summary: 'List the access keys; what opens something is not among it.',
  options: [JSON_OPTION],
  run: asking(
    (client) => client.accessKeys(),
    (keys, _given, terminal) => renderKeys(keys, lookOf(terminal)),
  ),
};

const create: Command = {
  name: 'create',
  summary: 'Make a key for a person or a program. Its secret is shown once.',
  arguments: [
    { name: '<name>', description: 'Who will hold it.' },
    { name: '[apis...]', description: 'SERVICE only: the APIs whose tokens it is for.', choices: API_NAMES },
  ],
  options: [
    {
      flags: '--role <role>',
      description: 'What its holder may do.',
      choices: ROLES,
      isRequired: true,
    },
    { flags: '--account <id>', description: 'SERVICE only: the one account it is for.' },
    JSON_OPTION,
  ],
  examples: [{ line: 'vega-auth keys create feed WEBSOCKET1 --role SERVICE', says: 'for one program' }],
  run: asking(
    (client, { name, apis, role, account }) => {
      const apiNames = (Array.isArray(apis) ? apis : []) as ApiName[];
      return client.createAccessKey({
        input: {
          name: requiredText(name),
          role: requiredText(role) as Role,
          accountId: textOf(account),
          apiNames: apiNames.length === 0 ? undefined : apiNames,
        },
      });
    },
    ({ key, secret }) => [`Key ${key.id} for ${key.name}, ${key.role}. Shown once and never again:`, secret],
  ),
};

const revoke: Command = {
  name: 'revoke',
  summary: 'End a key for good, and its open streams with it.',
  arguments: [{ name: '<id>', description: 'As `keys list` shows it.' }],
  options: [JSON_OPTION],
  run: asking(
    (client, { id }) => client.revokeAccessKey({ id: requiredText(id) }),
    (isNew, { id }) => [isNew ? `${id} opens nothing any more.` : `${id} was revoked before.`],
  ),
};

const link: Command = {
  name: 'link',
  summary: 'Print a link that logs one browser in, once, within the hour.',
  options: [JSON_OPTION],
  run: async (terminal, { json }) => {
    await using connection = await openConnection(terminal, { isVisit: true });
    if (connection.serverUrl === null) {
      terminal.err.write('No server answers, so there is nothing to open: start `vega-auth serve`.\n');
      return EXIT.FATAL;
    }
    const loginLink = await connection.client.createLoginLink();
    if (json === true) printJson(terminal, loginLink);
    else terminal.out.write(`${connection.serverUrl}${loginLink.path}\n`);
    return EXIT.ALL_VALID;
  },
};

const rotateMaster: Command = {
  name: 'rotate-master',
  summary: 'Seal every secret in the database with a new master key, and make a backup that it opens.',
  options: [JSON_OPTION],
  run: asking(
    (client) => client.rotateMasterKey(),
    (isBackedUp) => [
      'Every secret is sealed with the new master key. Keep a copy of it elsewhere; backups from before need the old one.',
      ...(isBackedUp
        ? []
        : [
            'The backup after it could not be made (`vega-auth audit` says why): put that right, then `vega-auth backup`.',
          ]),
    ],
  ),
};

export const keys: Command = {
  name: 'keys',
  summary: 'List, make and revoke access keys; make a link for the page; rotate the master key.',
  examples: [{ line: 'vega-auth keys link', says: 'open the page without typing a key' }],
  commands: [list, create, revoke, link, rotateMaster],
};
