import type { Broker } from '../broker.ts';
import { type BrokerRequest, silence } from '../broker-request.ts';
import { cloudflarePage } from '../dialog/cloudflare.ts';
import { json, type Reply } from '../reply.ts';
import { type HolidayRow, IST_OFFSET_MS, type OpenExchange, openOn } from './holiday-row.ts';
import { listedDays } from './listed-days.ts';
import { udapiError } from './udapi-error.ts';

/** Which hours an exchange has on an ordinary day. */
const ORDINARY: readonly (readonly [exchange: string, opens: string, closes: string])[] = [
  ['NSE', '09:15', '15:30'],
  ['NFO', '09:15', '15:30'],
  ['CDS', '09:00', '17:00'],
  ['BSE', '09:15', '15:30'],
  ['BFO', '09:15', '15:30'],
  ['BCD', '09:00', '17:00'],
  ['MCX', '09:00', '23:30'],
];

export function readHolidays(broker: Broker, request: BrokerRequest): Reply | Promise<Reply> {
  const [, date] = /^\/v2\/market\/holidays\/(.+)$/.exec(request.path) ?? [];
  return answer(broker, request, () => {
    if (date !== undefined && !isDate(date)) return udapiError('UDAPI1088');
    const wanted = date ?? yearNow(broker);
    return json(200, { status: 'success', data: rowsOf(broker, wanted) });
  });
}

export function readTimings(broker: Broker, request: BrokerRequest): Reply | Promise<Reply> {
  const date = request.path.replace('/v2/market/timings/', '');
  return answer(broker, request, () => {
    if (!isDate(date)) return udapiError('UDAPI1088');
    return json(200, { status: 'success', data: timingsOf(broker, date) });
  });
}

function answer(broker: Broker, request: BrokerRequest, whole: () => Reply): Reply | Promise<Reply> {
  const fault = broker.faults.calendar;
  broker.log.add('CALENDAR', {
    accepted: fault === 'none',
    code: fault === 'none' ? undefined : fault,
    detail: request.path,
  });
  switch (fault) {
    case 'none':
      return whole();
    case 'hang':
      return silence(request.signal);
    case 'server-error':
      return udapiError('UDAPI100500');
    case 'cloudflare-html':
      return cloudflarePage(broker.faults.cloudflareStatus);
    case 'nonsense':
      return json(200, { status: 'success', data: [{ date: '2026-13-45', holiday_type: 7 }, 'closed'] });
    case 'empty':
      return json(200, { status: 'success', data: [] });
  }
}

/** The rows of a year or of one day, with what a test has changed since. */
function rowsOf(broker: Broker, prefix: string): readonly HolidayRow[] {
  const { calendarChanges } = broker.faults;
  const listed = listedDays(prefix.slice(0, 4)).filter(({ date }) => !calendarChanges.has(date));
  const added = [...calendarChanges.values()].filter((row) => row !== null);
  return [...listed, ...added]
    .filter(({ date }) => date.startsWith(prefix))
    .sort((one, other) => one.date.localeCompare(other.date));
}

function timingsOf(broker: Broker, date: string): readonly OpenExchange[] {
  const [row] = rowsOf(broker, date);
  const isWeekend = [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay());
  const ordinary = isWeekend
    ? []
    : ORDINARY.filter(([exchange]) => !row?.closed_exchanges.includes(exchange)).map((one) =>
        openOn(date, ...one),
      );
  const special = row?.open_exchanges ?? [];
  const named = special.map(({ exchange }) => exchange);
  return [...special, ...ordinary.filter(({ exchange }) => !named.includes(exchange))];
}

function yearNow(broker: Broker): string {
  return new Date(broker.now() + IST_OFFSET_MS).toISOString().slice(0, 4);
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}
