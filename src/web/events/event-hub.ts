import type { VegaClient, VegaEvent } from '../../sdk/index.ts';
import { VegaError } from '../../sdk/vega-error.ts';
import { Listeners } from '../state/listeners.ts';
import { whenLeading } from './leadership.ts';

/** How the one connection of this browser is. */
export type Connection = 'CONNECTING' | 'LIVE' | 'LOST' | 'DENIED';

/** What the tab that holds the connection tells the others. */
type Message =
  | { readonly kind: 'EVENT'; readonly event: VegaEvent }
  | { readonly kind: 'CONNECTION'; readonly connection: Connection; readonly lastId: string | null }
  | { readonly kind: 'HELLO' };

/**
 * Everything that happens to the active account, over one connection for all tabs of this browser. One tab holds it
 * and passes on what comes; when that tab goes, another one goes on after the last id that it has seen.
 */
export class EventHub {
  readonly #client: Pick<VegaClient, 'events'>;
  readonly #channel = new BroadcastChannel('vega-auth events');
  readonly #listeners = new Listeners<[event: VegaEvent]>();
  readonly #connectionListeners = new Listeners();
  readonly #closing = new AbortController();
  #connection: Connection = 'CONNECTING';
  #lastId: string | null = null;
  #isLeading = false;

  constructor(client: Pick<VegaClient, 'events'>) {
    this.#client = client;
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => this.#receive(data);
    this.#send({ kind: 'HELLO' });
    void whenLeading('vega-auth events', this.#closing.signal, () => this.#lead());
  }

  readonly connection = (): Connection => this.#connection;

  readonly isLeading = (): boolean => this.#isLeading;

  readonly onConnection = this.#connectionListeners.add;

  readonly onEvent = this.#listeners.add;

  readonly close = (): void => {
    this.#closing.abort();
    this.#channel.close();
  };

  async #lead(): Promise<void> {
    const { signal } = this.#closing;
    this.#isLeading = true;
    while (!signal.aborted) {
      const after = this.#lastId ?? undefined;
      const onConnection = (isUp: boolean): void => this.#publishConnection(isUp ? 'LIVE' : 'LOST');
      try {
        for await (const event of this.#client.events({ after, signal, onLine: onConnection }))
          this.#publish(event);
      } catch (error) {
        if (signal.aborted) return;
        this.#publishConnection(error instanceof VegaError && error.status === 401 ? 'DENIED' : 'LOST');
        return;
      }
    }
  }

  #publish(event: VegaEvent): void {
    this.#deliver(event);
    this.#send({ kind: 'EVENT', event });
  }

  #publishConnection(connection: Connection): void {
    this.#setConnection(connection);
    this.#send({ kind: 'CONNECTION', connection, lastId: this.#lastId });
  }

  #receive(message: Message): void {
    if (message.kind === 'EVENT') this.#deliver(message.event);
    if (message.kind === 'CONNECTION') {
      this.#lastId ??= message.lastId;
      this.#setConnection(message.connection);
    }
    if (message.kind === 'HELLO' && this.#isLeading)
      this.#send({ kind: 'CONNECTION', connection: this.#connection, lastId: this.#lastId });
  }

  #deliver(event: VegaEvent): void {
    this.#lastId = event.__typename === 'GapEvent' ? null : event.id;
    if (this.#connection !== 'LIVE') this.#setConnection('LIVE');
    this.#listeners.publish(event);
  }

  #send(message: Message): void {
    this.#channel.postMessage(message);
  }

  #setConnection(connection: Connection): void {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#connectionListeners.publish();
  }
}
