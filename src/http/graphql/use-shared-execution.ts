import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLError,
} from 'graphql';
import { audienceOf } from '../../domain/account/access-key.ts';
import type { GraphQLPlugin, RequestContext } from './context.ts';
import { type Mask, masked } from './use-error-codes.ts';

type Args = ExecutionArgs & { readonly contextValue: RequestContext };
type Result = ExecutionResult | Promise<ExecutionResult>;

/** The results of one subscription by the events they are about, for all who follow it with the same rights. */
interface Shared {
  readonly results: WeakMap<object, Result>;
  followers: number;
}

/**
 * Subscribes, and executes a subscription once per event and audience: callers with the same document, variables, role and
 * bounds are given the very same result.
 */
export const useSharedExecution = (mask: Mask): GraphQLPlugin => {
  const documents = new WeakMap<DocumentNode, Map<string, Shared>>();
  const subscribe = async (args: Args): Promise<ExecutionResult | AsyncIterable<ExecutionResult>> => {
    const source = await createSourceEventStream(args).catch((error: unknown) => ({
      errors: [error as GraphQLError],
    }));
    if (!(Symbol.asyncIterator in source)) return masked(source, mask);
    const { caller, onEnd = [] } = args.contextValue;
    const audiences = documents.get(args.document) ?? new Map<string, Shared>();
    documents.set(args.document, audiences);
    const key = JSON.stringify([audienceOf(caller), args.operationName, args.variableValues]);
    const shared = audiences.get(key) ?? { results: new WeakMap(), followers: 0 };
    audiences.set(key, shared);
    shared.followers += 1;
    onEnd.push(() => {
      shared.followers -= 1;
      if (shared.followers === 0 && audiences.get(key) === shared) audiences.delete(key);
    });
    const leave = (): void => {
      for (const each of onEnd.splice(0)) each();
    };
    const make = (event: unknown): Result => {
      const result = execute({ ...args, rootValue: event });
      return result instanceof Promise ? result.then((known) => masked(known, mask)) : masked(result, mask);
    };
    /** No `await` stands between the look and the note, so an event is executed once. */
    const resultOf = (event: unknown): Result => {
      if (typeof event !== 'object' || event === null) return make(event);
      const result = shared.results.get(event) ?? make(event);
      shared.results.set(event, result);
      return result;
    };
    return mapped(source as AsyncIterable<unknown>, resultOf, leave);
  };
  return { onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe as never) };
};

/** Written by hand: a generator cannot be left while it waits, and Envelop's helper makes closures for every event. */
const mapped = (
  source: AsyncIterable<unknown>,
  resultOf: (event: unknown) => Result,
  onEnd: () => void,
): AsyncIterableIterator<ExecutionResult, undefined> => {
  const iterator = source[Symbol.asyncIterator]();
  const done = { value: undefined, done: true } as const;
  type Step = IteratorResult<ExecutionResult, undefined>;
  const step = ({ value, done: isLast }: IteratorResult<unknown>): Step | Promise<Step> => {
    if (isLast === true) {
      onEnd();
      return done;
    }
    const result = resultOf(value);
    return result instanceof Promise
      ? result.then((known) => ({ value: known, done: false as const }))
      : { value: result, done: false };
  };
  const fail = (error: unknown): never => {
    onEnd();
    throw error;
  };
  const leave = async (): Promise<typeof done> => {
    onEnd();
    await iterator.return?.();
    return done;
  };
  return {
    next: () => iterator.next().then(step, fail),
    return: leave,
    // graphql-sse ends only what has this, too.
    throw: async (error) => {
      await leave();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};
