import { type Command, isInteractive, requiredText, type Terminal, textOf } from '../../command.ts';
import { JSON_OPTION } from '../../options.ts';
import { askWhether } from '../../terminal/prompts.ts';
import { renderAccounts } from '../../view/lists.ts';
import { lookOf } from '../../view/look.ts';
import { asking } from '../setup/asking.ts';
import { readSecrets, type WantedSecret } from './secrets.ts';

const ID = { name: '<id>', description: 'Which account.' };
const REDIRECT = {
  flags: '--redirect-uri <uri>',
  description: 'As registered at the broker, for its apps.',
  isRequired: true,
};

const CREDENTIALS: readonly WantedSecret[] = [
  { name: 'MOBILE_NUMBER', question: 'Mobile number of the broker login' },
  { name: 'PIN', question: 'Six-digit PIN' },
  { name: 'TOTP', question: 'TOTP secret, or the whole otpauth:// link' },
];

const readCredentials = async (terminal: Terminal) => {
  const given = await readSecrets(terminal, CREDENTIALS);
  return { mobileNumber: given.MOBILE_NUMBER ?? '', pin: given.PIN ?? '', totpSecret: given.TOTP ?? '' };
};

const list: Command = {
  name: 'list',
  summary: 'List the accounts and how they stand.',
  options: [JSON_OPTION],
  run: asking(
    (client) => client.accounts(),
    (known, _given, terminal) => renderAccounts(known, lookOf(terminal)),
  ),
};

const add: Command = {
  name: 'add',
  summary: 'Add an account. Its secrets are asked for, or read from standard input.',
  options: [
    { flags: '--id <id>', description: 'Our name for it, such as UPSTOX_02; made if left out.' },
    { flags: '--name <name>', description: 'For people.' },
    REDIRECT,
    JSON_OPTION,
  ],
  examples: [
    {
      line: 'vega-auth accounts add --redirect-uri http://localhost:28020/cb < account.env',
      says: 'lines MOBILE_NUMBER=, PIN= and TOTP=',
    },
  ],
  run: asking(
    async (client, { id, name, redirectUri }, terminal) =>
      client.addAccount({
        input: {
          id: textOf(id),
          name: textOf(name),
          redirectUri: requiredText(redirectUri),
          ...(await readCredentials(terminal)),
        },
      }),
    ({ id }) => [`${id} is added. Its apps come with \`vega-auth apis save --account ${id}\`.`],
  ),
};

const rename: Command = {
  name: 'rename',
  summary: 'Change what people call an account; its id stays.',
  arguments: [ID, { name: '<name>', description: 'For people.' }],
  options: [JSON_OPTION],
  run: asking(
    (client, { id, name }) => client.renameAccount({ accountId: requiredText(id), name: requiredText(name) }),
    (_answer, { id, name }) => [`${id} is called ${name}.`],
  ),
};

const credentials: Command = {
  name: 'credentials',
  summary: 'Replace what an account logs in with.',
  arguments: [ID],
  options: [REDIRECT, JSON_OPTION],
  run: asking(
    async (client, { id, redirectUri }, terminal) =>
      client.updateAccountCredentials({
        input: {
          accountId: requiredText(id),
          redirectUri: requiredText(redirectUri),
          ...(await readCredentials(terminal)),
        },
      }),
    (_answer, { id }) => [`The credentials of ${id} are replaced. A quarantine stays until it is cleared.`],
  ),
};

const switchTo: Command = {
  name: 'switch',
  summary: 'Make an account the active one, also after a restart.',
  arguments: [ID],
  options: [JSON_OPTION],
  run: asking(
    (client, { id }) => client.switchAccount({ accountId: requiredText(id) }),
    (_answer, { id }) => [`${id} is the active account.`],
  ),
};

const clear: Command = {
  name: 'clear-quarantine',
  summary: 'Let an account be tried again, after you have looked at it.',
  arguments: [ID, { name: '<reason>', description: 'What was found and put right; it goes into the audit.' }],
  options: [JSON_OPTION],
  run: asking(
    (client, { id, reason }) =>
      client.clearQuarantine({ accountId: requiredText(id), reason: requiredText(reason) }),
    (_answer, { id }) => [`${id} may be tried again.`],
  ),
};

const remove: Command = {
  name: 'remove',
  summary: 'Remove an account with its API apps.',
  arguments: [ID],
  options: [{ flags: '--yes', description: 'Without a question.' }, JSON_OPTION],
  run: asking(
    async (client, { id, yes }, terminal) => {
      const isSure = yes === true || !isInteractive(terminal);
      if (!isSure && !(await askWhether(terminal, `Remove ${id} with its API apps?`))) return null;
      return client.removeAccount({ accountId: requiredText(id) });
    },
    (_answer, { id }) => [`${id} is removed.`],
  ),
};

export const accounts: Command = {
  name: 'accounts',
  summary: 'List, add, rename, switch and remove accounts.',
  examples: [{ line: 'vega-auth accounts switch UPSTOX_02', says: 'from now on the active one' }],
  commands: [list, add, rename, credentials, switchTo, clear, remove],
};
