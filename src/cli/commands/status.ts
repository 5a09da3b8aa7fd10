import { type Command, textOf } from '../command.ts';
import { openConnection } from '../connection/api-connection.ts';
import { readStatus } from '../connection/read-status.ts';
import { exitOfStatus } from '../exit-code.ts';
import { ACCOUNT_OPTION, JSON_OPTION } from '../options.ts';
import { printJson, printLines } from '../terminal/print.ts';
import { lookOf } from '../view/look.ts';
import { queueLines } from '../view/queue.ts';
import { renderStatus } from '../view/status.ts';

export const status: Command = {
  name: 'status',
  summary: 'Ask the broker about every token and say how it stands.',
  options: [ACCOUNT_OPTION, JSON_OPTION],
  examples: [
    { line: 'vega-auth status', says: 'the table' },
    { line: "vega-auth status --json | jq '.missing'", says: 'the APIs without a token' },
  ],
  run: async (terminal, { account, json }) => {
    await using connection = await openConnection(terminal, { isVisit: true });
    const facts = await readStatus(connection.client, textOf(account));
    if (json === true) printJson(terminal, facts.report);
    else {
      const look = lookOf(terminal);
      const queue = await connection.client.browserQueue({});
      printLines(terminal, [...renderStatus(facts, look), ...queueLines(queue, new Date(), look)]);
    }
    return exitOfStatus(facts);
  },
};
