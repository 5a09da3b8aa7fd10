import type { Exchange, TradingDayKind } from '../../../sdk/index.ts';
import { EXCHANGES, TRADING_DAY_KINDS } from '../../../sdk/names.ts';
import { type Command, requiredText, textOf } from '../../command.ts';
import { JSON_OPTION } from '../../options.ts';
import { renderCalendar } from '../../view/days.ts';
import { lookOf } from '../../view/look.ts';
import { inIst } from '../../view/times.ts';
import { asking } from '../setup/asking.ts';

const DATE = { name: '<date>', description: 'The day in India, as yyyy-MM-dd.' };
const EXCHANGE = { name: '<exchange>', description: 'Where.', choices: EXCHANGES };

const daysFrom = (date: string, days: number): string => {
  const first = Date.parse(`${date}T00:00:00Z`);
  // What is no date is refused by the server, in its words.
  return Number.isNaN(first) ? date : new Date(first + days * 86_400_000).toISOString().slice(0, 10);
};

const show: Command = {
  name: 'show',
  summary: 'Show which days the exchanges trade, and where that is known from.',
  options: [
    { flags: '--from <date>', description: 'The first day, as yyyy-MM-dd; today if left out.' },
    { flags: '--to <date>', description: 'The last day; six days after the first if left out.' },
    JSON_OPTION,
  ],
  run: asking(
    (client, { from, to }) => {
      const first = textOf(from) ?? inIst(new Date()).slice(0, 10);
      return client.tradingCalendar({ from: first, to: textOf(to) ?? daysFrom(first, 6) });
    },
    (sessions, _given, terminal) => renderCalendar(sessions, lookOf(terminal)),
  ),
};

const set: Command = {
  name: 'set',
  summary: 'Say what a day is at an exchange, above everything else.',
  arguments: [
    DATE,
    EXCHANGE,
    { name: '<kind>', description: 'What kind of day.', choices: TRADING_DAY_KINDS },
    { name: '[opens]', description: 'When it opens, as HH:mm in India.' },
    { name: '[closes]', description: 'When it closes.' },
  ],
  options: [{ flags: '--note <text>', description: 'For people: why.' }, JSON_OPTION],
  examples: [{ line: 'vega-auth calendar set 2027-02-06 NSE SPECIAL 09:15 15:30', says: 'a Saturday' }],
  run: asking(
    (client, { date, exchange, kind, opens, closes, note }) =>
      client.setTradingDay({
        input: {
          date: requiredText(date),
          exchange: requiredText(exchange) as Exchange,
          kind: requiredText(kind) as TradingDayKind,
          opensAt: textOf(opens),
          closesAt: textOf(closes),
          description: textOf(note),
        },
      }),
    (session, _given, terminal) => renderCalendar([session], lookOf(terminal)),
  ),
};

const clear: Command = {
  name: 'clear',
  summary: 'Remove what `calendar set` has said of a day.',
  arguments: [DATE, EXCHANGE],
  options: [JSON_OPTION],
  run: asking(
    (client, { date, exchange }) =>
      client.clearTradingDay({ date: requiredText(date), exchange: requiredText(exchange) as Exchange }),
    (isCleared) => [isCleared ? 'The entry is removed.' : 'There was no entry of yours.'],
  ),
};

const refresh: Command = {
  name: 'refresh',
  summary: 'Ask the broker for its lists now.',
  options: [JSON_OPTION],
  run: asking(
    (client) => client.refreshTradingCalendar(),
    (sessions, _given, terminal) => renderCalendar(sessions, lookOf(terminal)),
  ),
};

export const calendar: Command = {
  name: 'calendar',
  summary: 'Show which days the exchanges trade; say it of a day; ask the broker.',
  examples: [
    {
      line: 'vega-auth calendar show --from 2026-11-02 --to 2026-11-13',
      says: 'the week of Diwali and the one before',
    },
  ],
  commands: [show, set, clear, refresh],
};
