import type { ExecutionResult } from 'graphql';
import { type EventAnswer, toFrame } from './event-kinds.ts';

type Results = AsyncIterator<ExecutionResult>;

/** Begins to listen anew; null when that is refused by now. */
type Restart = () => Promise<Results | null>;

/**
 * The events of a subscription as frames. Behind a GAP comes the state as it is, so that a client that knows nothing
 * of gaps is right again, too. Made by hand, because a generator could not be left while it waits for the next event.
 */
export class EventFrames implements AsyncIterator<string> {
  #results: Results;
  readonly #restart: Restart;
  #isLeft = false;
  #isBehindGap = false;

  constructor(results: Results, restart: Restart) {
    this.#results = results;
    this.#restart = restart;
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    if (this.#isBehindGap && !(await this.#beginAnew())) return { value: undefined, done: true };
    const { value, done } = await this.#results.next();
    const event = done === true ? undefined : (value.data?.events as EventAnswer | undefined);
    if (event === undefined) return this.return();
    this.#isBehindGap = event.__typename === 'GapEvent';
    return { value: toFrame(event), done: false };
  }

  async return(): Promise<IteratorResult<string, undefined>> {
    this.#isLeft = true;
    await this.#results.return?.();
    return { value: undefined, done: true };
  }

  async #beginAnew(): Promise<boolean> {
    await this.#results.return?.();
    const results = await this.#restart();
    if (results === null) return false;
    this.#results = results;
    // The client may have left in the meantime, and then nobody else would end these.
    if (this.#isLeft) await results.return?.();
    return !this.#isLeft;
  }
}
