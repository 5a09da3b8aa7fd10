import { backoffMs, rest } from './backoff.ts';
import type { VegaEvent } from './bookmark.ts';
import { oneConnection, SILENCE_MS } from './events.ts';
import type { ApiName, LeaseTokenMutation } from './gql/graphql.ts';
import { isPassing, VegaError } from './vega-error.ts';

/** A token that may be used now. */
export type HeldToken = LeaseTokenMutation['leaseToken'];

/** A token that was handed out is not the present one any more. */
export interface Rotation {
  readonly apiName: ApiName;
  /** The version that has taken its place. */
  readonly version: number;
}

/** A token may be replaced while it is on its way. */
const ATTEMPTS = 5;

interface Options {
  readonly lease: (apiName: ApiName) => Promise<HeldToken>;
  /** One connection with the events of the account. */
  readonly open: (signal: AbortSignal) => AsyncGenerator<VegaEvent, void>;
  readonly onRotate: (rotation: Rotation) => void;
}

/**
 * The tokens of one account in the hands of a program. Each is held only while the server can say that it was replaced:
 * what is said while nobody listens is made up for by asking for every token again.
 */
export class TokenKeeper {
  readonly #options: Options;
  /** Held tokens; those of an earlier connection are looked at again before they are handed out. */
  readonly #held = new Map<ApiName, { readonly token: HeldToken; isConfirmed: boolean }>();
  /** The highest version of each that the server has spoken of on this connection. */
  readonly #newest = new Map<ApiName, number>();
  /** The version of each that the program has, or was told of. */
  readonly #delivered = new Map<ApiName, number>();
  readonly #flights = new Map<ApiName, Promise<HeldToken>>();
  /** Counts the connections; 0 while there is none. */
  #connection = 0;
  #connections = 0;
  #listening: { readonly controller: AbortController; readonly begun: Promise<void> } | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  async token(apiName: ApiName): Promise<HeldToken> {
    this.#listening ??= this.#listen();
    await this.#listening.begun;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const held = this.#held.get(apiName);
      const token = held?.isConfirmed === true && isAlive(held.token) ? held.token : await this.#fly(apiName);
      // A rotation may have been announced while the answer was on its way.
      if (!this.#isPresent(token)) continue;
      this.#delivered.set(apiName, token.version);
      return token;
    }
    throw new VegaError('WRONG_STATE', `The token of ${apiName} is replaced again and again.`);
  }

  close(): void {
    this.#listening?.controller.abort();
    this.#listening = null;
    this.#forget();
  }

  /** One flight per token: no `await` stands between looking for it and noting it. */
  #fly(apiName: ApiName): Promise<HeldToken> {
    const flying = this.#flights.get(apiName);
    if (flying !== undefined) return flying;
    const flight = this.#fetch(apiName).finally(() => this.#flights.delete(apiName));
    this.#flights.set(apiName, flight);
    return flight;
  }

  async #fetch(apiName: ApiName): Promise<HeldToken> {
    const connection = this.#connection;
    try {
      const token = await this.#options.lease(apiName);
      this.#note({ apiName, version: token.version });
      // What was asked for before the connection stood may have been replaced before it did.
      const isConfirmed = connection !== 0 && connection === this.#connection;
      if (this.#isPresent(token) && this.#listening !== null) this.#held.set(apiName, { token, isConfirmed });
      return token;
    } catch (error) {
      // A server that cannot be reached replaces nothing, so what is held is better than nothing.
      const held = this.#held.get(apiName);
      if (held === undefined || !isPassing(error) || !isAlive(held.token)) throw error;
      return held.token;
    }
  }

  #isPresent({ apiName, version }: HeldToken): boolean {
    return version >= (this.#newest.get(apiName) ?? 0);
  }

  /** A version is known of; whoever was handed an older one is told. */
  #note({ apiName, version }: Rotation): void {
    if (version <= (this.#newest.get(apiName) ?? 0)) return;
    this.#newest.set(apiName, version);
    const held = this.#held.get(apiName);
    if (held !== undefined && held.token.version !== version) this.#held.delete(apiName);
    const delivered = this.#delivered.get(apiName);
    if (delivered === undefined || delivered === version) return;
    this.#delivered.set(apiName, version);
    this.#options.onRotate({ apiName, version });
  }

  #listen() {
    const controller = new AbortController();
    const begun = new Promise<void>((resolve) => {
      void this.#follow(controller.signal, resolve).finally(() => {
        resolve();
        if (this.#listening?.controller === controller) this.close();
      });
    });
    return { controller, begun };
  }

  /** Listens until it is stopped, or refused for good; `onBegun` is called when it does, or cannot for the moment. */
  async #follow(signal: AbortSignal, onBegun: () => void): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        for await (const event of oneConnection(
          (_place, inner) => this.#options.open(inner),
          {},
          SILENCE_MS,
          signal,
        )) {
          if (signal.aborted) return;
          if (this.#connection === 0) this.#begin();
          failures = 0;
          onBegun();
          if (event.__typename === 'TokenStoredEvent') this.#note(event.stored);
        }
      } catch (error) {
        if (!isPassing(error)) return;
      } finally {
        this.#connection = 0;
        for (const held of this.#held.values()) held.isConfirmed = false;
        onBegun();
      }
      failures += 1;
      await rest(backoffMs(failures, null, Date.now()), signal);
    }
  }

  /** From here on every rotation is heard; those that were missed show in the versions that are handed out now. */
  #begin(): void {
    this.#connections += 1;
    this.#connection = this.#connections;
    // A database that was restored counts from an earlier version on.
    this.#newest.clear();
    for (const apiName of this.#delivered.keys()) {
      const before = this.#flights.get(apiName)?.catch(() => undefined) ?? Promise.resolve();
      void before.then(() => this.#fly(apiName)).catch(() => undefined);
    }
  }

  #forget(): void {
    this.#held.clear();
    this.#delivered.clear();
    this.#newest.clear();
  }
}

const isAlive = ({ expiresAt }: HeldToken): boolean => Date.parse(expiresAt) > Date.now();
