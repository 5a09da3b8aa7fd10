import type { VegaEvent } from '../../sdk/index.ts';
import { Listeners } from './listeners.ts';

/** Time as the server has it. It ticks here, from what the events say; this machine's own clock may be wrong. */
export class ServerClock {
  readonly #listeners = new Listeners();
  /** Server time minus the time since this page was opened; null until the server has said something. */
  #offset: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #second = 0;

  /** Whole seconds since 1970; the same for everybody who looks within one second. Null until it is known. */
  readonly second = (): number | null => (this.#offset === null ? null : this.#second);

  readonly subscribe = this.#listeners.add;

  /** An event from the history is older than now, so only what is later than what was thought counts of it. */
  receive(event: VegaEvent): void {
    const offset = Date.parse(event.at) - performance.now();
    const isOfNow = event.__typename === 'HeartbeatEvent';
    if (this.#offset !== null && !isOfNow && offset <= this.#offset) return;
    this.#offset = offset;
    this.#tick();
  }

  #tick(): void {
    clearTimeout(this.#timer);
    const now = performance.now() + (this.#offset ?? 0);
    const second = Math.floor(now / 1000);
    this.#timer = setTimeout(() => this.#tick(), 1000 - (now % 1000) + 5);
    if (second === this.#second) return;
    this.#second = second;
    this.#listeners.publish();
  }
}
