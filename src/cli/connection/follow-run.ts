import type { VegaClient } from '../../sdk/index.ts';
import { VegaError } from '../../sdk/vega-error.ts';
import type { Cooldown, Progress, Run, RunProgress } from '../view/run.ts';

const TICK_MS = 1000;
/** A look without an occasion, in case the event that tells of the end went by. */
const LOOK_EVERY_TICKS = 3;
/** How long a server may be gone in the middle of a run: it may be restarting, and takes the run up again. */
const MISSED_MS = 60_000;

/**
 * A run as it goes, from now until it has ended or `signal` is aborted: a sight at every change, and one a second.
 * The last one shows it ended, unless it was left.
 */
export async function* followRun(
  client: VegaClient,
  begun: Run,
  signal: AbortSignal,
): AsyncGenerator<RunProgress, void> {
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  signal.addEventListener('abort', leave, { once: true });
  const events = client.events({ accountId: begun.accountId, signal: leaving.signal });
  const looks = new Looks(client, begun);
  let cooldown: Cooldown | null = null;
  let progress: Progress | null = null;
  let next = events.next();
  let ticks = 0;
  let tick = pause(TICK_MS, leaving.signal);
  try {
    for (;;) {
      yield { run: looks.run, cooldown, progress, now: new Date() };
      if (looks.run.endedAt !== null || signal.aborted) return;
      const event = await Promise.race([next, tick]);
      if (event === 'TICK') {
        ticks += 1;
        tick = pause(TICK_MS, leaving.signal);
        if (ticks % LOOK_EVERY_TICKS === 0) await looks.look();
        continue;
      }
      if (event.done === true) return;
      next = events.next();
      const { value } = event;
      if (value.__typename === 'CooldownEvent') cooldown = value.cooldown;
      if (value.__typename === 'TokenProgressEvent') progress = value.progress;
      if (value.__typename === 'TokenProgressEvent' || value.__typename === 'AuthStateEvent')
        await looks.look();
    }
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
    await events.return?.();
  }
}

/** The newest that is known of a run. */
class Looks {
  readonly #client: VegaClient;
  #run: Run;
  #missedSince: number | null = null;

  constructor(client: VegaClient, run: Run) {
    this.#client = client;
    this.#run = run;
  }

  get run(): Run {
    return this.#run;
  }

  async look(): Promise<void> {
    try {
      this.#run = (await this.#client.generationRun({ id: this.#run.id })) ?? this.#run;
      this.#missedSince = null;
    } catch (error) {
      if (!(error instanceof VegaError) || error.code !== 'NETWORK') throw error;
      this.#missedSince ??= Date.now();
      if (Date.now() - this.#missedSince > MISSED_MS) throw error;
    }
  }
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<'TICK'> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve('TICK');
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
