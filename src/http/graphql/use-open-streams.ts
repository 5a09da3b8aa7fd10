import type { GraphQLPlugin } from './context.ts';
import type { OpenStreams } from './open-streams.ts';

/** Ends a subscription together with the key or the session that opened it. */
export const useOpenStreams = (open: OpenStreams): GraphQLPlugin => ({
  onSubscribe: ({ args }) => ({
    onSubscribeResult: ({ result }) => {
      if (!(Symbol.asyncIterator in result)) return undefined;
      const iterator = result[Symbol.asyncIterator]();
      const { caller, onEnd } = args.contextValue;
      onEnd?.push(open.add(caller.id, () => void iterator.return?.()));
      return undefined;
    },
  }),
});
