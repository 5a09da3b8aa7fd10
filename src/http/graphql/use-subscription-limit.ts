import { GraphQLError } from 'graphql';
import type { GraphQLPlugin } from './context.ts';

/** How many subscriptions one key may have at a time. */
const PER_KEY = 2000;

/** Refuses a subscription of a key that has too many. */
export const useSubscriptionLimit = (perKey: number = PER_KEY): GraphQLPlugin => {
  const counts = new Map<string, number>();
  const add = (caller: string, change: number): void => {
    const count = (counts.get(caller) ?? 0) + change;
    if (count > 0) counts.set(caller, count);
    else counts.delete(caller);
  };
  return {
    onSubscribe: ({ args, setResultAndStopExecution }) => {
      const { caller, onEnd } = args.contextValue;
      const { id } = caller;
      if ((counts.get(id) ?? 0) >= perKey) {
        setResultAndStopExecution({ errors: [tooMany(perKey)] });
        return undefined;
      }
      // Counted before it begins: a thousand that come at once are counted one by one.
      add(id, 1);
      return {
        onSubscribeResult: ({ result }) => {
          if (Symbol.asyncIterator in result) onEnd?.push(() => add(id, -1));
          else add(id, -1);
        },
      };
    },
  };
};

const tooMany = (perKey: number): GraphQLError =>
  new GraphQLError(`This key has ${perKey} subscriptions already.`, {
    extensions: {
      code: 'TOO_MANY_SUBSCRIPTIONS',
      nextAction: 'End some of them; `events` tells everything over one.',
    },
  });
