import { type Command, EXIT, textOf } from '../command.ts';
import { openConnection } from '../connection/api-connection.ts';
import { ACCOUNT_OPTION, JSON_OPTION } from '../options.ts';
import { printJson, printLines } from '../terminal/print.ts';
import { renderExpiry } from '../view/expiry.ts';
import { lookOf } from '../view/look.ts';

export const expiry: Command = {
  name: 'expiry',
  summary: 'Show how long each token lives; the broker is not asked.',
  options: [ACCOUNT_OPTION, JSON_OPTION],
  examples: [{ line: 'watch -c vega-auth expiry', says: 'the bars, every two seconds' }],
  run: async (terminal, { account, json }) => {
    await using connection = await openConnection(terminal, { isVisit: true });
    const accountId = textOf(account);
    const ends = await connection.client.tokenExpiry({ accountId });
    const roles = await connection.client.roles({ accountId });
    if (json === true) printJson(terminal, ends);
    else printLines(terminal, renderExpiry(ends, lookOf(terminal)));
    const living = ends.filter(({ level }) => level !== 'EXPIRED').map(({ apiName }) => apiName);
    const isWhole = roles.length > 0 && roles.every(({ apiName }) => living.includes(apiName));
    return isWhole ? EXIT.ALL_VALID : EXIT.SOME_MISSING;
  },
};
