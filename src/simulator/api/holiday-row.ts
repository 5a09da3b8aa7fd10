export const IST_OFFSET_MS = 19_800_000;

/** A row of the holiday list as the broker sends it. */
export interface HolidayRow {
  readonly date: string;
  readonly description: string;
  readonly holiday_type: 'TRADING_HOLIDAY' | 'SETTLEMENT_HOLIDAY' | 'SPECIAL_TIMING';
  readonly closed_exchanges: readonly string[];
  readonly open_exchanges: readonly OpenExchange[];
}

export interface OpenExchange {
  readonly exchange: string;
  readonly start_time: number;
  readonly end_time: number;
}

export function openOn(date: string, exchange: string, opens: string, closes: string): OpenExchange {
  const at = (time: string) => Date.parse(`${date}T${time}:00Z`) - IST_OFFSET_MS;
  return { exchange, start_time: at(opens), end_time: at(closes) };
}
