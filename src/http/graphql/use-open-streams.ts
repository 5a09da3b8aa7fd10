import { GraphQLError } from 'graphql';
import type { Caller } from '../../domain/account/access-key.ts';
import type { GraphQLPlugin } from './context.ts';

/** How many subscriptions one key may have at a time. */
const PER_KEY = 2000;
/** Between two looks for keys and sessions that another process on the database has ended. */
const LOOK_EVERY_MS = 2000;

interface Owner {
  readonly caller: Caller;
  readonly ends: Set<() => void>;
  subscriptions: number;
}

/** What callers have open, so that it ends with the key or the session by which it was opened. */
export class OpenStreams {
  readonly #owners = new Map<string, Owner>();
  /** Callers whose key or session has ended; their ids are not used again. */
  readonly #ended = new Set<string>();
  readonly #isLive: (caller: Caller) => Promise<boolean>;
  #timer: NodeJS.Timeout | null = null;

  constructor(isLive: (caller: Caller) => Promise<boolean>) {
    this.#isLive = isLive;
  }

  subscriptionsOf({ id }: Caller): number {
    return this.#owners.get(id)?.subscriptions ?? 0;
  }

  /** Remembers how something that a caller opens is ended; the answer forgets it. Ends streams opened after revocation. */
  add(caller: Caller, end: () => void, subscriptions = 0): () => void {
    if (this.#ended.has(caller.id)) {
      end();
      return () => undefined;
    }
    const owner = this.#owners.get(caller.id) ?? { caller, ends: new Set(), subscriptions: 0 };
    owner.ends.add(end);
    owner.subscriptions += subscriptions;
    this.#owners.set(caller.id, owner);
    this.#timer ??= setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
    return () => {
      if (!owner.ends.delete(end)) return;
      owner.subscriptions -= subscriptions;
      if (owner.ends.size > 0) return;
      this.#owners.delete(caller.id);
      if (this.#owners.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  }

  /** Ends everything that the caller has open. */
  endAll(callerId: string): void {
    this.#ended.add(callerId);
    for (const end of [...(this.#owners.get(callerId)?.ends ?? [])]) end();
  }

  /** Where the database does not answer, nothing is known to have ended. */
  async #look(): Promise<void> {
    for (const { caller } of [...this.#owners.values()])
      if (!(await this.#isLive(caller).catch(() => true))) this.endAll(caller.id);
  }
}

/** Ends a subscription together with the key or the session that opened it, and refuses one too many. */
export const useOpenStreams = (open: OpenStreams, perKey: number = PER_KEY): GraphQLPlugin => ({
  onSubscribe: ({ args, setResultAndStopExecution }) => {
    const { caller, onEnd } = args.contextValue;
    if (open.subscriptionsOf(caller) >= perKey) {
      setResultAndStopExecution({ errors: [tooMany(perKey)] });
      return undefined;
    }
    // Counted before it begins: a thousand that come at once are counted one by one.
    let end: (() => void) | null = null;
    let isEnded = false;
    const revoke = (): void => {
      isEnded = true;
      end?.();
    };
    const forget = open.add(caller, revoke, 1);
    return {
      onSubscribeResult: ({ result }) => {
        if (!(Symbol.asyncIterator in result)) return forget();
        const iterator = result[Symbol.asyncIterator]();
        end = () => void iterator.return?.();
        onEnd?.push(forget);
        if (isEnded) end();
      },
    };
  },
});

const tooMany = (perKey: number): GraphQLError =>
  new GraphQLError(`This key has ${perKey} subscriptions already.`, {
    extensions: {
      code: 'TOO_MANY_SUBSCRIPTIONS',
      nextAction: 'End some of them; `events` tells everything over one.',
    },
  });
