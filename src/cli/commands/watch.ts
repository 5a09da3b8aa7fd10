import { type Command, EXIT, textOf } from '../command.ts';
import { openConnection } from '../connection/api-connection.ts';
import { ACCOUNT_OPTION } from '../options.ts';
import { printJsonLine } from '../terminal/print.ts';
import { renderEvent } from '../view/event.ts';
import { lookOf } from '../view/look.ts';

export const watch: Command = {
  name: 'watch',
  summary: 'Show everything that happens, until Ctrl-C; what goes on is not touched.',
  options: [
    ACCOUNT_OPTION,
    { flags: '--after <id>', description: 'Begin with what happened after this event.' },
    { flags: '--json', description: 'Print each event as one line of JSON.' },
  ],
  examples: [
    { line: 'vega-auth watch', says: 'one line for each event' },
    { line: "vega-auth watch --json | jq -c 'select(.cooldown)'", says: 'only the cooldown' },
  ],
  run: async (terminal, { account, after, json }) => {
    await using connection = await openConnection(terminal, { isVisit: true });
    const { signal } = terminal;
    let shown = '';
    for await (const event of connection.client.events({
      accountId: textOf(account),
      after: textOf(after),
      signal,
    })) {
      if (json === true) {
        printJsonLine(terminal, event);
        continue;
      }
      const line = renderEvent(event, lookOf(terminal));
      // The seconds of a cooldown pass twice as often as they change.
      if (line === null || line === shown) continue;
      shown = line;
      terminal.out.write(`${line}\n`);
    }
    return EXIT.ALL_VALID;
  },
};
