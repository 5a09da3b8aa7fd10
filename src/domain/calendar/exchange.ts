import { atIst, type IstDate } from './ist-date.ts';

export const EXCHANGES = ['NSE', 'BSE', 'MCX'] as const;
export type Exchange = (typeof EXCHANGES)[number];

export interface Hours {
  readonly opensAt: Date;
  readonly closesAt: Date;
}

/** The first Sunday on or after a day of a month; months count from 1. */
const sundayFrom = (year: number, month: number, day: number): IstDate => {
  const first = new Date(Date.UTC(year, month - 1, day));
  const ahead = (7 - first.getUTCDay()) % 7;
  return new Date(first.getTime() + ahead * 86_400_000).toISOString().slice(0, 10);
};

/** MCX closes at 23:30 during daylight saving in the United States, else at 23:55. */
export const mcxCloses = (date: IstDate): string => {
  const year = Number(date.slice(0, 4));
  return date > sundayFrom(year, 3, 8) && date <= sundayFrom(year, 11, 1) ? '23:30' : '23:55';
};

/** The hours of an ordinary trading day. */
export const ordinaryHours = (exchange: Exchange, date: IstDate): Hours =>
  exchange === 'MCX'
    ? { opensAt: atIst(date, '09:00'), closesAt: atIst(date, mcxCloses(date)) }
    : { opensAt: atIst(date, '09:15'), closesAt: atIst(date, '15:30') };
