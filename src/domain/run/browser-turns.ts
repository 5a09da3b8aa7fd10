/** A run that wants the machine's one browser. Moments are milliseconds on one clock, whichever the caller uses. */
export interface TurnRequest {
  /** From when it can go on: the end of an OTP spacing, of a TOTP time step or of a cooldown. */
  readonly readyAt: number;
  /** The latest moment at which its account may begin and still have its tokens by the bell; null where none is known. */
  readonly latestSafeStart: number | null;
  /** It has an OTP requested and a page open that waits for the code: every other run would let it grow old. */
  readonly holdsPage: boolean;
  /** It waits for more than that moment, and says itself when it can go on. */
  readonly isHeld: boolean;
}

/**
 * For how long a run gives the browser away while `restMs` of an OTP spacing of `intervalMs` are left, in milliseconds: it
 * comes back a little earlier, so that its page is open by then. 0 where that is not worth closing the page.
 */
export const lendableMs = ({ restMs, intervalMs }: { restMs: number; intervalMs: number }): number => {
  const leadMs = Math.min(MAX_LEAD_MS, intervalMs / 10);
  return restMs > 2 * leadMs ? restMs - leadMs : 0;
};

const MAX_LEAD_MS = 5000;

/** A run that could have gone on for so long goes before those with less time left, so that no account starves. */
export const STARVED_AFTER_MS = 10 * 60_000;

/**
 * Who gets the browser next: of the runs that can go on now, first the one with a page open, then one that has waited for
 * very long, then the earliest latest safe start, then the one that was ready first. Null when none can go on.
 */
export const nextTurn = <Request extends TurnRequest>(
  requests: readonly Request[],
  now: number,
): Request | null => {
  let next: Request | null = null;
  // The forecast asks at each turn of each simulated morning: nothing is sorted for it.
  for (const request of requests)
    if (isReady(request, now) && (next === null || compareReady(request, next, now) < 0)) next = request;
  return next;
};

/** All of them in the order in which they are expected to get the browser. */
export const turnOrder = <Request extends TurnRequest>(
  requests: readonly Request[],
  now: number,
): readonly Request[] =>
  [...requests].sort((one, other) => {
    const [isOneReady, isOtherReady] = [isReady(one, now), isReady(other, now)];
    if (isOneReady && isOtherReady) return compareReady(one, other, now);
    return Number(isOtherReady) - Number(isOneReady) || one.readyAt - other.readyAt;
  });

const isReady = ({ readyAt, isHeld }: TurnRequest, now: number): boolean => !isHeld && readyAt <= now;

const compareReady = (one: TurnRequest, other: TurnRequest, now: number): number =>
  Number(other.holdsPage) - Number(one.holdsPage) ||
  rankOf(one, now) - rankOf(other, now) ||
  one.readyAt - other.readyAt;

/** The starved all rank alike, so that the one that has waited longest goes first. */
const rankOf = ({ readyAt, latestSafeStart }: TurnRequest, now: number): number =>
  now - readyAt >= STARVED_AFTER_MS ? Number.MIN_SAFE_INTEGER : (latestSafeStart ?? Number.MAX_SAFE_INTEGER);
