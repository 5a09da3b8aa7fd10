import type { Logger } from '../../log.ts';
import { EventStream, type Framing } from './event-stream.ts';

/** So often is said that a connection is alive: less than what proxies wait for. */
const PING_MS = 12_000;

/** Every connection with events that is open at the moment. */
export class EventStreams implements Disposable {
  readonly #streams = new Set<EventStream>();
  readonly #timer: NodeJS.Timeout;
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
    this.#timer = setInterval(() => this.#ping(), PING_MS).unref();
  }

  create(framing: Framing, onClose: () => void = () => undefined): EventStream {
    const stream = new EventStream(framing);
    this.#streams.add(stream);
    stream.whenClosed(() => {
      this.#streams.delete(stream);
      onClose();
    });
    return stream;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const stream of [...this.#streams]) stream.destroy();
  }

  #ping(): void {
    for (const stream of [...this.#streams]) {
      if (stream.ping()) continue;
      this.#log.warn('a reader of events has stopped reading; it is let go and has to come back');
      stream.destroy();
    }
  }
}
