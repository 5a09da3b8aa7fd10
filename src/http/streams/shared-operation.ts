import type { AuthEvent } from '../../domain/event.ts';
import { type Chunk, toChunk } from './chunk.ts';

/** What an operation says about some events, as it goes over the wire. */
export interface Rendering {
  readonly events: readonly AuthEvent[];
  /** One result each, as JSON. */
  readonly results: readonly string[];
  /** All of them as messages of a connection that carries nothing else. */
  readonly messages: Chunk;
}

type Execute = (event: AuthEvent) => string | Promise<string>;

/**
 * One operation that any number of readers follow: same document, same variables, same rights. What it says about
 * an event is worked out once, and the same bytes go to all of them.
 */
export class SharedOperation {
  readonly #execute: Execute;
  readonly #results = new WeakMap<AuthEvent, string | Promise<string>>();
  /** By the first of the events. */
  readonly #renderings = new WeakMap<AuthEvent, Rendering>();

  constructor(execute: Execute) {
    this.#execute = execute;
  }

  render(events: readonly AuthEvent[]): Rendering | Promise<Rendering> {
    const [first] = events;
    const known = first === undefined ? undefined : this.#renderings.get(first);
    if (known !== undefined && isSame(known.events, events)) return known;
    const results = events.map((event) => this.#resultOf(event));
    if (results.every((result) => typeof result === 'string')) return this.#remember(events, results);
    return Promise.all(results).then((settled) => this.#remember(events, settled));
  }

  #resultOf(event: AuthEvent): string | Promise<string> {
    const known = this.#results.get(event);
    if (known !== undefined) return known;
    const result = this.#execute(event);
    this.#results.set(event, result);
    return result;
  }

  #remember(events: readonly AuthEvent[], results: readonly string[]): Rendering {
    const messages = toChunk(results.map((result) => `event: next\ndata: ${result}\n\n`).join(''));
    const rendering = { events, results, messages };
    const [first] = events;
    if (first !== undefined) this.#renderings.set(first, rendering);
    return rendering;
  }
}

const isSame = (one: readonly AuthEvent[], other: readonly AuthEvent[]): boolean =>
  one.length === other.length && one.every((event, index) => event === other[index]);

/** The operations that somebody follows at the moment. */
export class SharedOperations {
  readonly #operations = new Map<string, { readonly operation: SharedOperation; readers: number }>();

  /** The operation of that key; made where nobody follows it yet. `release` says that one has left. */
  share(
    key: string,
    execute: Execute,
  ): { readonly operation: SharedOperation; readonly release: () => void } {
    const shared = this.#operations.get(key) ?? { operation: new SharedOperation(execute), readers: 0 };
    shared.readers += 1;
    this.#operations.set(key, shared);
    const release = (): void => {
      shared.readers -= 1;
      if (shared.readers === 0) this.#operations.delete(key);
    };
    return { operation: shared.operation, release };
  }
}
