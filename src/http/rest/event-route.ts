import type { ExecutionResult } from 'graphql';
import type { Operations, Outcome } from '../graphql/operations.ts';
import { eventStream } from './event-stream.ts';
import { EventsDocument } from './gql/graphql.ts';
import { readParameters } from './parameters.ts';
import { refusalResponse } from './refusals.ts';
import type { RestRoute } from './rest-route.ts';

const PARAMETERS = new Map([
  ['accountId', 'ID'],
  ['lastEventId', 'ID'],
]);

export const EVENTS_PATH = '/auth/events';

/** Everything that happens, for an EventSource. It comes back with the header `Last-Event-ID` and misses nothing. */
export const eventRoute = (operations: Operations, clock: () => Date): RestRoute => ({
  method: 'GET',
  path: EVENTS_PATH,
  answer: async (request, caller) => {
    const parameters = await readParameters(request, PARAMETERS);
    if (parameters instanceof Response) return parameters;
    // An EventSource keeps its address when it comes back, so the header is the younger one.
    const lastEventId = request.headers.get('last-event-id') || parameters.lastEventId;
    const follow = (after: unknown): Promise<Outcome> =>
      operations.perform(
        { query: EventsDocument.toString(), variables: { accountId: parameters.accountId, after } },
        caller,
      );
    const results = await follow(lastEventId || null);
    if (!isStream(results)) return refusalResponse(results.errors ?? [], clock());
    return eventStream(results, async () => {
      const anew = await follow(null);
      return isStream(anew) ? anew : null;
    });
  },
});

const isStream = (results: Outcome): results is AsyncGenerator<ExecutionResult> =>
  Symbol.asyncIterator in results;
