import pg from 'pg';
import type { ConnectionSettings } from './connection-settings.ts';
import { CHANNEL } from './write-notice.ts';

const CONNECT_MS = 5000;
const RECONNECT_MS = 1000;
/** A way that is gone without a word is found by the question that gets no answer. */
const PING_MS = 10_000;
const ANSWER_MS = 5000;

interface Options {
  readonly client: ConnectionSettings['client'];
  /** The number of this program, whose own writes are no news. */
  readonly writer: string;
  /** Others have written, or may have while nobody listened. */
  readonly onWritten: () => void;
}

/** Listens on a connection of its own to what others write, and on a new one when that is lost. */
export class WriteListener implements Disposable {
  readonly #options: Options;
  readonly #ping: NodeJS.Timeout;
  #connection: pg.Client | null = null;
  #retry: NodeJS.Timeout | undefined;
  #isDisposed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#ping = setInterval(() => this.#askWhetherConnected(), PING_MS).unref();
    void this.#connect();
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    clearInterval(this.#ping);
    clearTimeout(this.#retry);
    // A server that is gone without a word does not answer to that.
    this.#connection?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const { client, writer, onWritten } = this.#options;
    const connection = new pg.Client({
      ...client,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
    });
    this.#connection = connection;
    connection.on('error', () => this.#lost(connection));
    connection.on('end', () => this.#lost(connection));
    connection.on('notification', ({ payload }) => {
      if (payload !== writer && !this.#isDisposed) onWritten();
    });
    try {
      await connection.connect();
      await connection.query(`listen ${CHANNEL}`);
      // Nobody was notified of what was committed before.
      if (!this.#isDisposed) onWritten();
    } catch {
      this.#lost(connection);
    }
  }

  #askWhetherConnected(): void {
    const connection = this.#connection;
    connection?.query('select 1').catch(() => this.#lost(connection));
  }

  #lost(connection: pg.Client): void {
    if (this.#connection !== connection || this.#isDisposed) return;
    this.#connection = null;
    void connection.end().catch(() => undefined);
    this.#retry = setTimeout(() => void this.#connect(), RECONNECT_MS).unref();
  }
}
