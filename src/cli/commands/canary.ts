import type { ApiName } from '../../sdk/index.ts';
import { API_NAMES } from '../../sdk/names.ts';
import { type Command, textOf } from '../command.ts';
import { openConnection } from '../connection/api-connection.ts';
import { exitOfCanary } from '../exit-code.ts';
import { ACCOUNT_OPTION, JSON_OPTION } from '../options.ts';
import { printJson, printLines } from '../terminal/print.ts';
import { renderCanary } from '../view/canary.ts';
import { lookOf } from '../view/look.ts';

export const canary: Command = {
  name: 'canary',
  summary: 'Look whether the login page is one that the login knows; nothing is typed or pressed.',
  options: [
    ACCOUNT_OPTION,
    {
      flags: '--api <name>',
      description: 'The API whose dialog is opened, or `all`; PRIMARY unless given.',
      choices: [...API_NAMES, 'all'],
    },
    JSON_OPTION,
  ],
  examples: [
    { line: 'vega-auth canary', says: 'the evening before, where no schedule does it' },
    { line: 'vega-auth canary --api all', says: 'opens the dialog of each app once' },
  ],
  run: async (terminal, { account, api, json }) => {
    await using connection = await openConnection(terminal, { isVisit: true });
    const accountId = textOf(account);
    const { client } = connection;
    const named = textOf(api);
    const apiNames =
      named === 'all'
        ? (await client.apiConfigs({ accountId })).filter(({ enabled }) => enabled).map((one) => one.apiName)
        : named === undefined
          ? undefined
          : [named as ApiName];
    const reports = await client.runCanary({ accountId, apiNames });
    if (json === true) printJson(terminal, reports);
    else printLines(terminal, renderCanary(reports, lookOf(terminal)));
    return exitOfCanary(reports);
  },
};
