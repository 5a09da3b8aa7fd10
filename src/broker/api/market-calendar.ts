import { z } from 'zod';
import { EXCHANGES } from '../../domain/calendar/exchange.ts';
import { type IstDate, isIstDate, istDateOf, yearOf } from '../../domain/calendar/ist-date.ts';
import { mergedDays } from '../../domain/calendar/merged-days.ts';
import type { DayStatement, StatedDay } from '../../domain/calendar/statement.ts';
import { toPlainText } from '../../domain/plain-text.ts';
import { brokerCodeIn, readAnswer } from './broker-answer.ts';
import type { BrokerApi } from './broker-api.ts';

/** `failure` says in a word or two why there is no list. */
export type CalendarAnswer = { readonly days: readonly StatedDay[] } | { readonly failure: string };

const OpenExchange = z.object({ exchange: z.string(), start_time: z.number(), end_time: z.number() });

/** Empty where nothing is named, null where it cannot be read. */
const readable = <Item extends z.ZodType>(items: z.ZodArray<Item>) =>
  items
    .nullish()
    .transform((named) => named ?? [])
    .or(z.unknown().transform(() => null));

/** Source: Upstox developer documentation, "Market Holidays". */
const HolidayRow = z.object({
  date: z.string().refine(isIstDate),
  description: z.string().max(200).transform(toPlainText).catch(''),
  holiday_type: z.string().catch(''),
  closed_exchanges: readable(z.array(z.string())),
  open_exchanges: readable(z.array(OpenExchange)),
});

const Holidays = z.object({ status: z.literal('success'), data: z.array(HolidayRow) });
/** Source: Upstox developer documentation, "Market Timings". */
const Timings = z.object({ status: z.literal('success'), data: z.array(OpenExchange) });

/** The holidays of the present year. A year without any is no answer. */
export const fetchHolidays = async (
  api: BrokerApi,
  year: number,
  timeoutMs: number,
): Promise<CalendarAnswer> => {
  const answer = await ask(api, '/v2/market/holidays', Holidays, timeoutMs);
  if ('failure' in answer) return answer;
  const rows = answer.data.filter(({ date }) => yearOf(date) === year);
  return rows.length === 0
    ? { failure: `no holiday of ${year} in it` }
    : { days: mergedDays(rows.flatMap(toDays)) };
};

/** What the list says of one day, of any year; empty where it is an ordinary day. */
export const fetchHoliday = async (
  api: BrokerApi,
  date: IstDate,
  timeoutMs: number,
): Promise<CalendarAnswer> => {
  const answer = await ask(api, `/v2/market/holidays/${date}`, Holidays, timeoutMs);
  if ('failure' in answer) return answer;
  return { days: mergedDays(answer.data.filter((row) => row.date === date).flatMap(toDays)) };
};

/** When the exchanges open on a day. One that is not named is closed. */
export const fetchTimings = async (
  api: BrokerApi,
  date: IstDate,
  timeoutMs: number,
): Promise<CalendarAnswer> => {
  const answer = await ask(api, `/v2/market/timings/${date}`, Timings, timeoutMs);
  if ('failure' in answer) return answer;
  return {
    days: EXCHANGES.map((exchange) => {
      const open = answer.data.filter((one) => one.exchange === exchange);
      return { date, exchange, ...toStatement(date, open, open.length === 0, null) };
    }),
  };
};

const ask = async <Answer extends z.ZodType>(
  api: BrokerApi,
  path: string,
  shape: Answer,
  timeoutMs: number,
): Promise<z.infer<Answer> | { readonly failure: string }> => {
  try {
    const answer = await readAnswer(
      await api.request(path, { headers: { accept: 'application/json' }, timeoutMs }),
    );
    const code = brokerCodeIn(answer);
    if (answer.status !== 200) return { failure: `HTTP ${answer.status}${code === null ? '' : ` ${code}`}` };
    const read = shape.safeParse(answer.json);
    return read.success ? read.data : { failure: 'not a list of days' };
  } catch (error) {
    return { failure: error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'no answer' };
  }
};

const toDays = (row: z.infer<typeof HolidayRow>): readonly StatedDay[] =>
  EXCHANGES.map((exchange) => {
    const { date } = row;
    const description = row.description === '' ? null : row.description;
    const exchanges = exchangesOf(row);
    if (exchanges === null)
      return { date, exchange, says: 'CONTRADICTORY', opensAt: null, closesAt: null, description };
    const open = exchanges.open.filter((one) => one.exchange === exchange);
    const isClosed = exchanges.closed.includes(exchange);
    return { date, exchange, ...toStatement(date, open, isClosed, description) };
  });

/** Null where they cannot be read. Only a settlement holiday may name none: any other row would make its day an ordinary one. */
const exchangesOf = (row: z.infer<typeof HolidayRow>) => {
  const { holiday_type, closed_exchanges: closed, open_exchanges: open } = row;
  if (closed === null || open === null) return null;
  const namesNone = closed.length === 0 && open.length === 0;
  return namesNone && holiday_type !== 'SETTLEMENT_HOLIDAY' ? null : { closed, open };
};

const toStatement = (
  date: IstDate,
  open: readonly z.infer<typeof OpenExchange>[],
  isClosed: boolean,
  description: string | null,
): DayStatement => {
  const [hours, ...more] = open;
  const nothing = { opensAt: null, closesAt: null, description };
  if (hours === undefined) return { says: isClosed ? 'CLOSED' : 'ORDINARY', ...nothing };
  const isWhole = areHoursOf(date, hours);
  if (isClosed || more.length > 0 || !isWhole) return { says: 'CONTRADICTORY', ...nothing };
  return {
    says: 'OPEN',
    opensAt: new Date(hours.start_time),
    closesAt: new Date(hours.end_time),
    description,
  };
};

const LATEST = 8.64e15;

const areHoursOf = (date: IstDate, { start_time, end_time }: z.infer<typeof OpenExchange>): boolean =>
  [start_time, end_time].every((time) => Math.abs(time) < LATEST) &&
  start_time < end_time &&
  istDateOf(new Date(start_time)) === date;
