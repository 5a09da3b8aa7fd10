import type { VegaClient, VegaEvent } from '../../sdk/index.ts';
import { VegaError } from '../../sdk/vega-error.ts';
import { type Channel, openChannel } from './channel.ts';
import { whenLeading } from './leadership.ts';

/** How the one connection of this browser is. */
export type Line = 'CONNECTING' | 'LIVE' | 'LOST' | 'DENIED';

/** What the tab that holds the connection tells the others. */
type Message =
  | { readonly kind: 'EVENT'; readonly event: VegaEvent }
  | { readonly kind: 'LINE'; readonly line: Line; readonly lastId: string | null }
  | { readonly kind: 'HELLO' };

/**
 * Everything that happens to the active account, over one connection for all tabs of this browser. One tab holds it
 * and passes on what comes; when that tab goes, another one goes on after the last id that it has seen.
 */
export class EventHub {
  readonly #client: Pick<VegaClient, 'events'>;
  readonly #channel: Channel<Message>;
  readonly #listeners = new Set<(event: VegaEvent) => void>();
  readonly #lineListeners = new Set<() => void>();
  readonly #closing = new AbortController();
  #line: Line = 'CONNECTING';
  #lastId: string | null = null;
  #isLeading = false;

  constructor(client: Pick<VegaClient, 'events'>) {
    this.#client = client;
    this.#channel = openChannel('vega-auth events', (message) => this.#receive(message));
    this.#channel.send({ kind: 'HELLO' });
    void whenLeading('vega-auth events', this.#closing.signal, () => this.#lead());
  }

  readonly line = (): Line => this.#line;

  readonly isLeading = (): boolean => this.#isLeading;

  readonly onLine = (listener: () => void): (() => void) => {
    this.#lineListeners.add(listener);
    return () => this.#lineListeners.delete(listener);
  };

  readonly onEvent = (listener: (event: VegaEvent) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly close = (): void => {
    this.#closing.abort();
    this.#channel.close();
  };

  async #lead(): Promise<void> {
    const { signal } = this.#closing;
    this.#isLeading = true;
    while (!signal.aborted) {
      const after = this.#lastId ?? undefined;
      const onLine = (isUp: boolean): void => this.#tellLine(isUp ? 'LIVE' : 'LOST');
      try {
        for await (const event of this.#client.events({ after, signal, onLine })) this.#tell(event);
      } catch (error) {
        if (signal.aborted) return;
        this.#tellLine(error instanceof VegaError && error.status === 401 ? 'DENIED' : 'LOST');
        return;
      }
    }
  }

  #tell(event: VegaEvent): void {
    this.#deliver(event);
    this.#channel.send({ kind: 'EVENT', event });
  }

  #tellLine(line: Line): void {
    this.#setLine(line);
    this.#channel.send({ kind: 'LINE', line, lastId: this.#lastId });
  }

  #receive(message: Message): void {
    if (message.kind === 'EVENT') this.#deliver(message.event);
    if (message.kind === 'LINE') {
      this.#lastId ??= message.lastId;
      this.#setLine(message.line);
    }
    if (message.kind === 'HELLO' && this.#isLeading)
      this.#channel.send({ kind: 'LINE', line: this.#line, lastId: this.#lastId });
  }

  #deliver(event: VegaEvent): void {
    this.#lastId = event.__typename === 'GapEvent' ? null : event.id;
    if (this.#line !== 'LIVE') this.#setLine('LIVE');
    for (const listener of [...this.#listeners]) listener(event);
  }

  #setLine(line: Line): void {
    if (line === this.#line) return;
    this.#line = line;
    for (const listener of [...this.#lineListeners]) listener();
  }
}
