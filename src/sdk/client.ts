import { createClient } from 'graphql-sse';
import type { TypedDocumentString } from './gql/graphql.ts';
import { toVegaError, VegaError } from './vega-error.ts';

export interface VegaClientOptions {
  /** The server's address, such as http://127.0.0.1:28020. */
  readonly url: string;
  /** An access key. */
  readonly key: string;
  /** Sends a request; the global `fetch` if left out. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

export interface VegaClient {
  /** Runs a query or a mutation. Throws a `VegaError` when it is refused. */
  request<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result>;
  /** Follows a subscription until the loop over it ends. Throws a `VegaError` when it is refused or breaks off. */
  subscribe<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): AsyncIterableIterator<Result>;
}

/** A client of the GraphQL API. */
export const createVegaClient = (options: VegaClientOptions): VegaClient => {
  const { key, fetch: send = (request) => fetch(request) } = options;
  const endpoint = `${options.url.replace(/\/+$/, '')}/graphql`;
  const authorization = `Bearer ${key}`;

  const request: VegaClient['request'] = async (document, variables) => {
    const answer = await post(send, endpoint, authorization, { query: document.toString(), variables });
    if (answer.errors !== undefined) throw toVegaError(answer.errors);
    return answer.data as never;
  };

  const subscribe: VegaClient['subscribe'] = (document, variables) => {
    const events = createClient({
      url: endpoint,
      headers: () => ({ authorization }),
      retryAttempts: 0,
      fetchFn: (address: string, init: RequestInit) => send(new Request(address, init)),
    });
    return follow(
      events.iterate({ query: document.toString(), variables: variables as Record<string, unknown> }),
    );
  };

  return { request, subscribe };
};

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { message: string }[];
}

const post = async (
  send: (request: Request) => Promise<Response>,
  endpoint: string,
  authorization: string,
  body: object,
): Promise<Answer> => {
  const request = new Request(endpoint, {
    method: 'POST',
    headers: {
      authorization,
      accept: 'application/graphql-response+json, application/json',
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  try {
    return (await (await send(request)).json()) as Answer;
  } catch (error) {
    throw new VegaError(
      'NETWORK',
      `No answer from ${endpoint}.`,
      'Check that the server runs and that the address is right.',
      null,
      {
        cause: error,
      },
    );
  }
};

/** A hand-made iterator, because a generator could not be left while it waits for the next event. */
const follow = <Result>(
  results: AsyncIterableIterator<{ data?: unknown; errors?: readonly { message: string }[] }>,
): AsyncIterableIterator<Result> => ({
  next: async () => {
    const { value, done } = await results.next();
    if (done === true) return { value: undefined, done };
    if (value.errors !== undefined && value.errors.length > 0) throw toVegaError(value.errors);
    return { value: value.data as Result, done: false };
  },
  return: async () => {
    await results.return?.();
    return { value: undefined, done: true };
  },
  [Symbol.asyncIterator]() {
    return this;
  },
});
