import { backoffMs, rest } from './backoff.ts';
import { Bookmark, type Place, type VegaEvent } from './bookmark.ts';
import { isPassing, VegaError } from './vega-error.ts';

export interface EventsOptions {
  /** An account. If left out, whichever is the active one: after a switch the events of the other one follow. */
  readonly accountId?: string | undefined;
  /** The id of the last event seen; without it the state as it is comes first. */
  readonly after?: string | undefined;
  /** Ends the loop. */
  readonly signal?: AbortSignal | undefined;
  /** How long nothing may come before the connection is given up: three heartbeats, 45 s, unless given. */
  readonly silenceMs?: number | undefined;
  /** Told when a connection is there, and when it is lost. */
  readonly onLine?: ((isUp: boolean) => void) | undefined;
}

export const SILENCE_MS = 45_000;
/** A connection that lasted so long was no failure. */
const SOUND_MS = 5000;

export type Open = (
  place: Place,
  signal: AbortSignal,
  onOpen?: () => void,
) => AsyncGenerator<VegaEvent, void>;

/**
 * Every event once, in order, over as many connections as that takes. After a GapEvent, and when the first messages did
 * not all arrive, the state as it is comes again. Throws only what no later try would heal.
 */
export async function* resumedEvents(
  open: Open,
  { silenceMs = SILENCE_MS, onLine = () => undefined, ...place }: EventsOptions,
  signal: AbortSignal,
): AsyncGenerator<VegaEvent, void> {
  const bookmark = new Bookmark(place);
  let failures = 0;
  let isUp = false;
  const up = (): void => {
    if (!isUp) onLine(true);
    isUp = true;
  };
  while (!signal.aborted) {
    let retryableAt: Date | null = null;
    const begun = Date.now();
    try {
      for await (const event of oneConnection(open, bookmark.resume(), silenceMs, signal, up)) {
        failures = 0;
        if (bookmark.take(event)) yield event;
        if (event.__typename === 'GapEvent') break;
      }
    } catch (error) {
      if (!isPassing(error)) throw error;
      retryableAt = error instanceof VegaError ? error.retryableAt : null;
    }
    if (isUp && !signal.aborted) onLine(false);
    isUp = false;
    failures = Date.now() - begun > SOUND_MS ? 1 : failures + 1;
    await rest(backoffMs(failures, retryableAt, Date.now()), signal);
  }
}

/** Ends when the server does, or when nothing came for too long. */
export async function* oneConnection(
  open: Open,
  place: Place,
  silenceMs: number,
  signal: AbortSignal,
  onOpen?: () => void,
): AsyncGenerator<VegaEvent, void> {
  const connection = new AbortController();
  const leave = () => connection.abort();
  signal.addEventListener('abort', leave);
  const events = open(place, connection.signal, onOpen);
  try {
    for (;;) {
      // Only waiting counts: a reader who takes long over an event does not lose the connection by it.
      const watchdog = setTimeout(leave, silenceMs);
      const { value, done } = await events.next().finally(() => clearTimeout(watchdog));
      if (done === true) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
    await events.return();
  }
}
