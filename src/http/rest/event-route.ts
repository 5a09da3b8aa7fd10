import type { ExecutionResult } from 'graphql';
import type { Caller } from '../../domain/account/access-key.ts';
import { type Answer, eventStream } from '../answer.ts';
import type { Operations, Outcome } from '../graphql/operations.ts';
import type { HttpRequest } from '../http-request.ts';
import { type EventAnswer, toFrame } from './event-kinds.ts';
import { EventsDocument } from './gql/graphql.ts';
import { readParameters } from './parameters.ts';
import { refusalAnswer } from './refusals.ts';

type Results = AsyncGenerator<ExecutionResult>;

const PARAMETERS = new Map([
  ['accountId', 'ID'],
  ['lastEventId', 'ID'],
]);

/** How long a client waits before it comes back after its connection broke. */
const RETRY_MS = 1000;

export const EVENTS_PATH = '/auth/events';

/** Everything that happens, for an EventSource. It comes back with the header `Last-Event-ID` and misses nothing. */
export const answerEvents = async (
  request: HttpRequest,
  caller: Caller,
  operations: Operations,
  clock: () => Date,
): Promise<Answer> => {
  const { accountId, lastEventId } = await readParameters(request, PARAMETERS);
  const follow = (after: unknown): Promise<Outcome> =>
    operations.perform({ query: EventsDocument.toString(), variables: { accountId, after } }, caller);
  // An EventSource keeps its address when it comes back, so the header is the younger one.
  const results = await follow(request.header('last-event-id') || lastEventId || null);
  if (!isStream(results)) return refusalAnswer(results.errors ?? [], clock());
  return eventStream(framesOf(results, () => follow(null)));
};

const isStream = (outcome: Outcome): outcome is Results => Symbol.asyncIterator in outcome;

/**
 * A client that leaves ends the results at once. After a GAP `restart` begins anew with the state as it is, so that a
 * client that knows nothing of gaps is right again.
 */
const framesOf = (
  first: Results,
  restart: () => Promise<Outcome>,
): AsyncGenerator<string, void, undefined> => {
  let results = first;
  let hasLeft = false;
  const frames = (async function* (): AsyncGenerator<string, void, undefined> {
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
  const leave = frames.return.bind(frames);
  return Object.assign(frames, {
    return: async () => {
      hasLeft = true;
      await results.return(undefined);
      return leave();
    },
  });
};
