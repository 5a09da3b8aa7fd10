import type { ApiName } from '../../../sdk/index.ts';
import { API_NAMES } from '../../../sdk/names.ts';
import { type Command, type Given, isInteractive, requiredText, textOf } from '../../command.ts';
import { ACCOUNT_OPTION, JSON_OPTION } from '../../options.ts';
import { askWhether } from '../../terminal/prompts.ts';
import { renderApiConfigs } from '../../view/lists.ts';
import { lookOf } from '../../view/look.ts';
import { asking } from '../setup/asking.ts';
import { readSecrets } from './secrets.ts';

const API = { name: '<api>', description: 'Which of the six apps.', choices: API_NAMES };
const apiIn = ({ api }: Given): ApiName => requiredText(api) as ApiName;

const list: Command = {
  name: 'list',
  summary: 'List the API apps of an account.',
  options: [ACCOUNT_OPTION, JSON_OPTION],
  run: asking(
    (client, { account }) => client.apiConfigs({ accountId: textOf(account) }),
    (configs, _given, terminal) => renderApiConfigs(configs, lookOf(terminal)),
  ),
};

const save: Command = {
  name: 'save',
  summary: 'Store or change an API app. Its secret is asked for, or read from standard input.',
  arguments: [API],
  options: [
    { flags: '--client-id <id>', description: 'Its API key.', isRequired: true },
    { flags: '--redirect-uri <uri>', description: 'As registered at the broker; the account’s if left out.' },
    {
      flags: '--index <number>',
      description: 'From 0 to 5; the usual one of the name if left out.',
      isNumber: true,
    },
    { flags: '--keep-secret', description: 'Leave the secret as it is stored.' },
    ACCOUNT_OPTION,
    JSON_OPTION,
  ],
  examples: [
    {
      line: "echo CLIENT_SECRET=… | vega-auth apis save WEBSOCKET1 --client-id 'a1b2'",
      says: 'without a terminal',
    },
  ],
  run: asking(
    async (client, given, terminal) => {
      const wanted = [{ name: 'CLIENT_SECRET', question: `Client secret of ${apiIn(given)}` }];
      const secrets = given.keepSecret === true ? {} : await readSecrets(terminal, wanted);
      return client.saveApiConfig({
        input: {
          accountId: textOf(given.account),
          apiName: apiIn(given),
          clientId: requiredText(given.clientId),
          clientSecret: secrets.CLIENT_SECRET,
          redirectUri: textOf(given.redirectUri),
          apiIndex: given.index === undefined ? undefined : Number(given.index),
        },
      });
    },
    (config, _given, terminal) => renderApiConfigs([config], lookOf(terminal)),
  ),
};

const switching = (name: string, summary: string, enabled: boolean): Command => ({
  name,
  summary,
  arguments: [API],
  options: [ACCOUNT_OPTION, JSON_OPTION],
  run: asking(
    (client, given) =>
      client.setApiConfigEnabled({ apiName: apiIn(given), enabled, accountId: textOf(given.account) }),
    (config, _given, terminal) => renderApiConfigs([config], lookOf(terminal)),
  ),
});

const remove: Command = {
  name: 'remove',
  summary: 'Remove an API app. Its token stays stored.',
  arguments: [API],
  options: [{ flags: '--yes', description: 'Without a question.' }, ACCOUNT_OPTION, JSON_OPTION],
  run: asking(
    async (client, given, terminal) => {
      const isSure = given.yes === true || !isInteractive(terminal);
      if (!isSure && !(await askWhether(terminal, `Remove ${apiIn(given)}?`))) return null;
      return client.removeApiConfig({ apiName: apiIn(given), accountId: textOf(given.account) });
    },
    (wasThere, given) => [wasThere ? `${apiIn(given)} is removed.` : `There was no ${apiIn(given)}.`],
  ),
};

export const apis: Command = {
  name: 'apis',
  summary: 'List, store, switch on and off, and remove API apps (LOGIN_CONFIG_SOURCE=DATABASE).',
  commands: [
    list,
    save,
    switching('enable', 'Make and check tokens for an API app.', true),
    switching('disable', 'Leave an API app alone; it stays stored.', false),
    remove,
  ],
};
