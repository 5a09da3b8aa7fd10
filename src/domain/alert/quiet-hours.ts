import { fromWallTime, IST, toWallTime } from '../wall-time.ts';
import { type AlertKind, breaksQuiet } from './alert.ts';
import type { QuietHours } from './alert-channel.ts';

const DAY_MS = 86_400_000;

/** `HH:mm`. */
export const isTimeOfDay = (text: string): boolean => /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text);

/** The first moment from `at` on at which a channel may be used for such an alert. */
export const afterQuietHours = (quiet: QuietHours | null, kind: AlertKind, at: Date): Date => {
  if (quiet === null || breaksQuiet(kind)) return at;
  const [date = '', time = ''] = toWallTime(at, IST).split(' ');
  const now = time.slice(0, 5);
  const { from, until } = quiet;
  const isOverMidnight = from > until;
  const isQuiet = isOverMidnight ? now >= from || now < until : now >= from && now < until;
  if (!isQuiet) return at;
  const end = fromWallTime(`${date} ${until}`, IST) ?? at;
  return end > at ? end : new Date(end.getTime() + DAY_MS);
};
