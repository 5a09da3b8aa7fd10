import { addDays, atIst, istDateOf } from './ist-date.ts';

/** When the broker's lists are asked for each day, and at the beginning of a year. Times of India. */
const TIMES = ['06:00', '20:00'];
/** After a failure the broker is left alone for so long. */
const PAUSE_MS = 15 * 60_000;

/** The last time at which the lists were to be asked for. */
const lastTime = (now: Date): Date => {
  const today = istDateOf(now);
  const times = [today, addDays(today, -1)].flatMap((date) => TIMES.map((time) => atIst(date, time)));
  if (today.endsWith('-01-01')) times.push(atIst(today, '00:00'));
  return new Date(Math.max(...times.filter((time) => time <= now).map((time) => time.getTime())));
};

/** Whether to ask now, for something that was last had and last asked for at these times. */
export const isFetchDue = (fetchedAt: Date | null, attemptedAt: Date | null, now: Date): boolean => {
  if (fetchedAt !== null && fetchedAt >= lastTime(now) && fetchedAt <= now) return false;
  return !isPausing(attemptedAt, now);
};

/** Whether the broker is left alone after an attempt that failed. The clock may have been set back since. */
export const isPausing = (attemptedAt: Date | null, now: Date): boolean =>
  attemptedAt !== null && Math.abs(now.getTime() - attemptedAt.getTime()) < PAUSE_MS;
