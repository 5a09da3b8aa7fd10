import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLError,
} from 'graphql';
import { audienceOf } from '../../domain/access-key.ts';
import type { GraphQLPlugin, RequestContext } from './context.ts';

type Args = ExecutionArgs & { readonly contextValue: RequestContext };
type Mask = (error: unknown) => GraphQLError;

/** The results of one subscription by the events they are about, for all who follow it with the same rights. */
class SharedResults {
  followers = 0;
  readonly #results = new WeakMap<object, ExecutionResult | Promise<ExecutionResult>>();

  /** No `await` stands between the look and the note, so an event is executed once. */
  of(
    event: unknown,
    make: () => ExecutionResult | Promise<ExecutionResult>,
  ): ExecutionResult | Promise<ExecutionResult> {
    if (typeof event !== 'object' || event === null) return make();
    const known = this.#results.get(event);
    if (known !== undefined) return known;
    const result = make();
    this.#results.set(event, result);
    return result;
  }
}

/**
 * Subscribes, and executes a subscription once per event and audience: callers with the same document, variables, role and
 * bounds are given the very same result.
 */
export const useSharedExecution = (mask: Mask): GraphQLPlugin => {
  const shared = new WeakMap<DocumentNode, Map<string, SharedResults>>();
  const subscribe = async (args: Args): Promise<ExecutionResult | AsyncGenerator<ExecutionResult>> => {
    const source = await createSourceEventStream(args).catch((error: unknown) => ({
      errors: [error as GraphQLError],
    }));
    if (!(Symbol.asyncIterator in source)) return masked(source, mask);
    const ofDocument = shared.get(args.document) ?? new Map<string, SharedResults>();
    shared.set(args.document, ofDocument);
    const key = JSON.stringify([
      audienceOf(args.contextValue.caller),
      args.operationName,
      args.variableValues,
    ]);
    const results = ofDocument.get(key) ?? new SharedResults();
    ofDocument.set(key, results);
    results.followers += 1;
    const leave = (): void => {
      args.contextValue.onEnd?.forEach((onEnd) => void onEnd());
      results.followers -= 1;
      if (results.followers === 0 && ofDocument.get(key) === results) ofDocument.delete(key);
    };
    const tell = (event: unknown) => () => {
      const result = execute({ ...args, rootValue: event });
      return result instanceof Promise ? result.then((known) => masked(known, mask)) : masked(result, mask);
    };
    return mapped(source as AsyncIterable<unknown>, (event) => results.of(event, tell(event)), leave);
  };
  return { onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe as never) };
};

const masked = (result: ExecutionResult, mask: Mask): ExecutionResult =>
  result.errors === undefined ? result : { ...result, errors: result.errors.map(mask) };

/** Written by hand: a generator cannot be left while it waits, and thousands wait, so each event costs one promise. */
const mapped = <From, To>(
  source: AsyncIterable<From>,
  map: (value: From) => To | Promise<To>,
  onEnd: () => void,
): AsyncGenerator<To, undefined> => {
  const iterator = source[Symbol.asyncIterator]();
  let isOver = false;
  const end = (): void => {
    if (!isOver) onEnd();
    isOver = true;
  };
  const done: IteratorReturnResult<undefined> = { value: undefined, done: true };
  const step = ({
    value,
    done: isLast,
  }: IteratorResult<From>): IteratorResult<To, undefined> | Promise<IteratorResult<To, undefined>> => {
    if (isLast === true) {
      end();
      return done;
    }
    const result = map(value);
    return result instanceof Promise
      ? result.then((known) => ({ value: known, done: false as const }))
      : { value: result, done: false };
  };
  const fail = (error: unknown): never => {
    end();
    throw error;
  };
  const leave = async (): Promise<IteratorReturnResult<undefined>> => {
    end();
    await iterator.return?.();
    return done;
  };
  return {
    next: () => iterator.next().then(step, fail),
    return: leave,
    throw: async (error) => {
      await leave();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => void (await leave()),
  };
};
