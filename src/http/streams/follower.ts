import type { EventReader } from '../../services/events/event-reader.ts';
import type { Rendering, SharedOperation } from './shared-operation.ts';

interface Way {
  readonly isWritable: () => boolean;
  readonly send: (rendering: Rendering) => void;
  /** The reader was let go, or what it reads could not be told. */
  readonly onEnd: () => void;
}

/** Carries what a reader has to its connection, in order and only as fast as that takes it. */
export class Follower {
  readonly #reader: EventReader;
  readonly #operation: SharedOperation;
  readonly #way: Way;
  #isWaiting = false;

  constructor(reader: EventReader, operation: SharedOperation, way: Way) {
    this.#reader = reader;
    this.#operation = operation;
    this.#way = way;
    reader.whenReady(() => this.pump());
  }

  pump(): void {
    while (!this.#isWaiting && this.#way.isWritable() && !this.#reader.isClosed) {
      const events = this.#reader.read();
      if (events instanceof Promise) {
        this.#wait(events.then((known) => this.#operation.render(known)));
        return;
      }
      if (events.length === 0) break;
      const rendering = this.#operation.render(events);
      if (rendering instanceof Promise) {
        this.#wait(rendering);
        return;
      }
      this.#way.send(rendering);
    }
    if (this.#reader.isClosed) this.#way.onEnd();
  }

  /** Nothing overtakes what is waited for. */
  #wait(rendering: Promise<Rendering>): void {
    this.#isWaiting = true;
    rendering.then(
      (known) => {
        this.#isWaiting = false;
        if (known.events.length > 0 && !this.#reader.isClosed) this.#way.send(known);
        this.pump();
      },
      () => this.#way.onEnd(),
    );
  }
}
