import type { ApiName } from '../../sdk/index.ts';
import { API_NAMES } from '../../sdk/names.ts';
import { type Command, type Given, textOf } from '../command.ts';
import { openConnection } from '../connection/api-connection.ts';
import { exitOfCapabilities } from '../exit-code.ts';
import { ACCOUNT_OPTION, JSON_OPTION } from '../options.ts';
import { printJson, printLines } from '../terminal/print.ts';
import { renderCapabilities } from '../view/capabilities.ts';
import { lookOf } from '../view/look.ts';

export const probe: Command = {
  name: 'probe',
  summary: 'Ask the broker whether each token can do the work of its role.',
  arguments: [{ name: '[roles...]', description: 'These only; all if left out.', choices: API_NAMES }],
  options: [
    ACCOUNT_OPTION,
    { flags: '--last', description: 'Show what the last probes have told; ask the broker nothing.' },
    JSON_OPTION,
  ],
  examples: [
    { line: 'vega-auth probe', says: 'funds, feeds and option chains; one socket at a time' },
    { line: 'vega-auth probe WEBSOCKET1', says: 'one feed only' },
  ],
  run: async (terminal, given) => {
    await using connection = await openConnection(terminal, { isVisit: true });
    const accountId = textOf(given.account);
    const apiNames = namesIn(given.roles);
    const capabilities =
      given.last === true
        ? await connection.client.capabilities({ accountId })
        : await connection.client.probeCapabilities({ accountId, apiNames });
    const wanted = capabilities.filter(({ apiName }) => apiNames?.includes(apiName) ?? true);
    if (given.json === true) printJson(terminal, wanted);
    else printLines(terminal, renderCapabilities(wanted, lookOf(terminal)));
    return exitOfCapabilities(wanted);
  },
};

const namesIn = (given: Given[string]): ApiName[] | undefined => {
  if (!Array.isArray(given) || given.length === 0) return undefined;
  return API_NAMES.filter((name) => given.includes(name));
};
