import { type Command, EXIT } from '../command.ts';
import { openConnection } from '../connection/api-connection.ts';
import { JSON_OPTION } from '../options.ts';
import { printJson, printLines } from '../terminal/print.ts';
import { lookOf } from '../view/look.ts';
import { renderQueue } from '../view/queue.ts';

export const queue: Command = {
  name: 'queue',
  summary: 'Show which account has the browser, and who waits for it and until when.',
  options: [JSON_OPTION],
  examples: [
    { line: 'watch -n 1 vega-auth queue', says: 'the queue, every second' },
    { line: "vega-auth queue --json | jq '.waiting[].accountId'", says: 'the accounts that wait' },
  ],
  run: async (terminal, { json }) => {
    await using connection = await openConnection(terminal, { isVisit: true });
    const seen = await connection.client.browserQueue({});
    if (json === true) printJson(terminal, seen);
    else printLines(terminal, renderQueue(seen, new Date(), lookOf(terminal)));
    return EXIT.ALL_VALID;
  },
};
