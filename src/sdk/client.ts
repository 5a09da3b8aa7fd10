import { awaitReady, instantOf } from './await-ready.ts';
import type { VegaEvent } from './bookmark.ts';
import { cancellable } from './cancellable.ts';
import { type EventsOptions, resumedEvents } from './events.ts';
import {
  type ApiName,
  EventsDocument,
  type EventsSubscription,
  type TypedDocumentString,
} from './gql/graphql.ts';
import { methodsOf, type RequestOptions, type VegaMethods } from './methods.ts';
import { type HeldToken, type Rotation, TokenKeeper } from './token-keeper.ts';
import { HttpTransport, postWith, type Transport } from './transport.ts';

export interface VegaClientOptions {
  /** The server's address, such as http://127.0.0.1:28020; in a page of the server itself it can be left out. */
  readonly url?: string | undefined;
  /** An access key; in a page of the server itself its session stands for it. */
  readonly key?: string | undefined;
  /** For a worker of such a page: what `localStorage` holds there as `vega-page-key`. A page finds it by itself. */
  readonly pageKey?: string | undefined;
  /** Sends a request; the global `fetch` if left out. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
}

export interface VegaClient extends Omit<VegaMethods, 'ready'> {
  /**
   * The gate: true while programs may trade. With `by` it waits: true as soon as the account is READY, false when that
   * time comes before. Whether it will be, `readiness` forecasts. Throws a `VegaError` when it is refused.
   */
  ready(options?: ReadyOptions, request?: RequestOptions): Promise<boolean>;
  /** Runs a query or a mutation. Throws a `VegaError` when it is refused. */
  request<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    options?: RequestOptions,
  ): Promise<Result>;
  /**
   * Follows a subscription, from the call on until the loop over it is left, `signal` is aborted or the server ends it.
   * Throws a `VegaError` when it is refused or breaks off.
   */
  subscribe<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    options?: RequestOptions,
  ): AsyncIterableIterator<Result, void>;
  /**
   * Everything that happens to an account (to the active one, whichever that is, unless one is named), each event once and in order, from the call on until the loop over it is left
   * or `signal` is aborted. A connection that breaks or falls silent is made again, as often as that takes, and what
   * happened meanwhile comes first. A GapEvent says that it is not known any more; the state as it is follows. Throws a
   * `VegaError` for what no later try would heal: no access, bad input.
   */
  events(options?: EventsOptions): AsyncIterableIterator<VegaEvent, void>;
  /**
   * The present token of an API, for the holder of a SERVICE key: from memory until it expires or the server announces a
   * newer one, which it listens for from the first call on. Ask for it at each use and keep it nowhere. Throws a
   * `VegaError` with TOKEN_NOT_VALID while there is none that works.
   */
  token(apiName: ApiName, options?: TokenOptions): Promise<HeldToken>;
  /** Calls back when a token that `token` has handed out was replaced: time to log in anew with the next one. */
  onRotate(listener: (rotation: Rotation) => void): () => void;
  /** Stops listening for `token`, and forgets what it held. Without it the open connection keeps the program alive. */
  close(): void;
}

export interface ReadyOptions {
  /** An account; the active one if left out. */
  readonly accountId?: string | undefined;
  /** Until when to wait: an instant, or `HH:mm` in India, today or else tomorrow. */
  readonly by?: Date | string | undefined;
}

export interface TokenOptions {
  /** An account; the one that the key is made for, or else the active one, if left out. */
  readonly accountId?: string | undefined;
}

/** A client of the GraphQL API. Works wherever there are `fetch` and streams: Node, browsers and their workers. */
export const createVegaClient = ({ url = '', key, pageKey, fetch }: VegaClientOptions = {}): VegaClient =>
  clientOver(new HttpTransport({ url, key, pageKey, post: postWith(fetch) }));

export const clientOver = (transport: Transport): VegaClient => {
  const request: VegaClient['request'] = async (document, variables, options) =>
    (await transport.ask({ query: document.toString(), variables }, options?.signal)) as never;

  const subscribe: VegaClient['subscribe'] = (document, variables, options) => {
    const operation = { query: document.toString(), variables };
    return cancellable(
      (signal) => transport.follow(operation, signal) as AsyncGenerator<never>,
      options?.signal,
    );
  };

  async function* connect(
    variables: object,
    signal: AbortSignal,
    onOpen?: () => void,
  ): AsyncGenerator<VegaEvent, void> {
    const results = transport.follow({ query: EventsDocument.toString(), variables }, signal, onOpen);
    for await (const result of results) yield (result as EventsSubscription).events;
  }

  const events: VegaClient['events'] = (options = {}) =>
    cancellable((signal) => resumedEvents(connect, options, signal), options.signal);

  const methods = methodsOf(request as never);
  const listeners = new Set<(rotation: Rotation) => void>();
  const keepers = new Map<string | undefined, TokenKeeper>();
  const keeperOf = (accountId: string | undefined): TokenKeeper => {
    const known = keepers.get(accountId);
    if (known !== undefined) return known;
    const made = new TokenKeeper({
      lease: (apiName) => methods.leaseToken({ apiName, accountId }),
      open: (signal) => connect({ accountId }, signal),
      onRotate: (rotation) => {
        for (const listener of [...listeners]) listener(rotation);
      },
    });
    keepers.set(accountId, made);
    return made;
  };

  return {
    ...methods,
    ready: ({ accountId, by } = {}, { signal } = {}) =>
      by === undefined
        ? methods.ready({ accountId }, { signal })
        : awaitReady({
            until: instantOf(by, new Date()),
            signal,
            isOpen: (during) => methods.ready({ accountId }, { signal: during }),
            events: (during) => events({ accountId, signal: during }),
          }),
    request,
    subscribe,
    events,
    token: (apiName, { accountId } = {}) => keeperOf(accountId).token(apiName),
    onRotate: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      for (const keeper of keepers.values()) keeper.close();
      keepers.clear();
    },
  };
};
