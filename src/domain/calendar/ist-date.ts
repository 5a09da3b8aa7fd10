/** A day in India, as `yyyy-MM-dd`. */
export type IstDate = string;

const DAY_MS = 86_400_000;
/** India has one zone and no daylight saving. */
const IST_OFFSET_MS = 19_800_000;

export const istDateOf = (instant: Date): IstDate =>
  new Date(instant.getTime() + IST_OFFSET_MS).toISOString().slice(0, 10);

/** True for a day that exists. */
export const isIstDate = (text: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const utc = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(utc.getTime()) && utc.toISOString().startsWith(text);
};

/** The instant at which a clock in India shows `time` (`HH:mm`) on that day. */
export const atIst = (date: IstDate, time: string): Date => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return new Date(Date.parse(`${date}T00:00:00Z`) - IST_OFFSET_MS + (hours * 60 + minutes) * 60_000);
};

export const addDays = (date: IstDate, days: number): IstDate =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** Every day from `from` to `to`, both included. */
export const datesBetween = (from: IstDate, to: IstDate): readonly IstDate[] => {
  const count = Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => addDays(from, index));
};

export const isWeekend = (date: IstDate): boolean =>
  [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay());

export const yearOf = (date: IstDate): number => Number(date.slice(0, 4));
