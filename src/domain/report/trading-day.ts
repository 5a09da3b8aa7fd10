import { addDays, atIst, type IstDate, istDateOf } from '../calendar/ist-date.ts';

/** Tokens end at this time of India; a trading day lasts from one end to the next. */
const DAY_BEGINS = '03:30';

/** From 03:30 IST of its date until 03:30 IST of the next. */
export interface TradingDay {
  readonly date: IstDate;
  readonly from: Date;
  /** The first moment of the next one. */
  readonly to: Date;
}

export const tradingDayOf = (date: IstDate): TradingDay => ({
  date,
  from: atIst(date, DAY_BEGINS),
  to: atIst(addDays(date, 1), DAY_BEGINS),
});

/** The day that the instant lies in: before 03:30 it is still the one before. */
export const tradingDayAt = (instant: Date): TradingDay => {
  const today = tradingDayOf(istDateOf(instant));
  return instant >= today.from ? today : tradingDayOf(addDays(today.date, -1));
};
