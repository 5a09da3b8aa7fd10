import type { ExecutionResult } from 'graphql';
import type { Outcome } from '../graphql/operations.ts';

export const EVENTS_PATH = '/auth/events';

/** How long a client waits before it comes back after its connection broke. */
const RETRY_MS = 1000;

type Results = AsyncGenerator<ExecutionResult>;
type Frames = AsyncGenerator<string, void, undefined>;

/** An event as the operation answers it: what every event has, and the field of its own kind. */
interface EventAnswer extends Readonly<Record<string, unknown>> {
  readonly __typename: string;
  readonly id: string;
  readonly at: string;
  readonly accountId: string;
}

/** The name under which an EventSource hears a type of the schema's events: `AUTH_STATE` for `AuthStateEvent`. */
export const eventNameOf = (typename: string): string =>
  typename
    .replace(/Event$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, '_')
    .toUpperCase();

/** What an EventSource reads: the name, the id to come back with, and the data as one line of JSON. */
const toFrame = ({ __typename, id, at, accountId, ...own }: EventAnswer): string => {
  const [payload] = Object.values(own);
  const data = JSON.stringify({ ...(payload as object | undefined), accountId, at });
  return `event: ${eventNameOf(__typename)}\nid: ${id}\ndata: ${data}\n\n`;
};

export const isStream = (outcome: Outcome): outcome is Results => Symbol.asyncIterator in outcome;

/**
 * A client that leaves ends the results at once. After a GAP `restart` begins anew with the state as it is, so that a
 * client that knows nothing of gaps is right again.
 */
export const framesOf = (first: Results, restart: () => Promise<Outcome>): Frames => {
  let results = first;
  let hasLeft = false;
  const frames = (async function* (): Frames {
    yield `retry: ${RETRY_MS}\n\n`;
    for (;;) {
      // An EventSource comes back whether its stream has ended or has broken off.
      const next = await results.next().catch(() => null);
      const event = next?.value?.data?.events as EventAnswer | undefined;
      if (event === undefined) break;
      yield toFrame(event);
      if (event.__typename !== 'GapEvent') continue;
      await results.return(undefined);
      const anew = await restart();
      if (!isStream(anew)) break;
      results = anew;
      // The client may have left in the meantime, and then nobody else would end these.
      if (hasLeft) break;
    }
    await results.return(undefined);
  })();
  // A generator cannot be left while it waits.
  const leave = frames.return.bind(frames);
  return Object.assign(frames, {
    return: async () => {
      hasLeft = true;
      await results.return(undefined);
      return leave();
    },
  });
};
