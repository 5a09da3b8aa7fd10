import type { VegaEvent } from './bookmark.ts';

interface Waiting {
  readonly until: Date;
  readonly signal: AbortSignal | undefined;
  /** The gate. */
  readonly isOpen: (signal: AbortSignal) => Promise<boolean>;
  readonly events: (signal: AbortSignal) => AsyncIterable<VegaEvent>;
}

const IST_OFFSET_MS = 5.5 * 3_600_000;
const DAY_MS = 86_400_000;
const TIME_OF_DAY = /^([01]\d|2[0-3]):([0-5]\d)$/;
/** The longest that a timer takes. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** The instant itself, or the next time at which India's clocks show `HH:mm`. */
export const instantOf = (by: Date | string, now: Date): Date => {
  if (by instanceof Date) return by;
  const [, hours, minutes] = TIME_OF_DAY.exec(by) ?? [];
  if (hours === undefined) throw new TypeError('by should be a Date, or a time of India such as 09:00.');
  const midnight = Math.floor((now.getTime() + IST_OFFSET_MS) / DAY_MS) * DAY_MS - IST_OFFSET_MS;
  const today = midnight + (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(today > now.getTime() ? today : today + DAY_MS);
};

/** True as soon as the account is READY; false when `until` comes before. */
export const awaitReady = async ({ until, signal, isOpen, events }: Waiting): Promise<boolean> => {
  const left = AbortSignal.timeout(Math.max(0, Math.min(LONGEST_WAIT_MS, until.getTime() - Date.now())));
  const during = signal === undefined ? left : AbortSignal.any([signal, left]);
  for await (const event of events(during)) {
    if (event.__typename !== 'ReadinessEvent') continue;
    const { verdict } = event.readiness;
    if (verdict === 'READY') return true;
    // Without a session nothing is READY; the gate is what there is.
    if (verdict === 'NO_SESSION' && (await isOpen(during))) return true;
  }
  signal?.throwIfAborted();
  return false;
};
