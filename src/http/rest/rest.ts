import type { ExecutionResult } from 'graphql';
import type { Caller } from '../../domain/account/access-key.ts';
import type { Services } from '../../services/services.ts';
import { type Answer, eventStream } from '../answer.ts';
import type { Operations } from '../graphql/operations.ts';
import { methodNotAllowed, notFound } from '../http-error.ts';
import type { HttpRequest } from '../http-request.ts';
import { EVENTS_PATH, framesOf, isStream } from './events.ts';
import { EventsDocument } from './gql/graphql.ts';
import { answerMetrics, METRICS_PATH } from './metrics.ts';
import { OPERATIONS, type OperationRow } from './operations.ts';
import { type Parameters, type ParameterTypes, parameterTypesOf, readParameters } from './parameters.ts';
import { refusalAnswer } from './refusals.ts';

/** Answers what is not asked at `/graphql`. Whoever gets here has been let in. */
type Rest = (request: HttpRequest, caller: Caller) => Promise<Answer>;

interface Route extends Pick<OperationRow, 'method' | 'path'> {
  readonly parameters: ParameterTypes;
  readonly answer: (parameters: Parameters, caller: Caller, request: HttpRequest) => Promise<Answer>;
}

interface Options {
  readonly operations: Operations;
  readonly services: Services;
}

/** The REST mirror: one table of routes over the GraphQL operations. */
export const createRest = (options: Options): Rest => {
  const routes: readonly Route[] = [
    ...OPERATIONS.map((row) => operationRoute(row, options)),
    eventsRoute(options),
    {
      ...{ method: 'GET', path: METRICS_PATH, parameters: new Map() },
      answer: (_none, caller) => answerMetrics(caller, options.services),
    },
  ];
  return async (request, caller) => {
    const path = withoutPrefix(request.path);
    const there = routes.filter((route) => route.path === path);
    if (there.length === 0)
      throw notFound('There is nothing under this address.', 'Use /graphql, or a route of docs/clients.md.');
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const route = there.find((candidate) => candidate.method === method);
    if (route === undefined)
      throw methodNotAllowed(
        there.map((other) => (other.method === 'GET' ? 'GET, HEAD' : 'POST')).join(', '),
      );
    return route.answer(await readParameters(request, route.parameters), caller, request);
  };
};

/** Every route is answered under both addresses. */
export const withoutPrefix = (path: string): string => path.replace(/^\/api\/v1(?=\/)/, '');

const operationRoute = (row: OperationRow, { operations, services }: Options): Route => ({
  ...row,
  parameters: parameterTypesOf(row.operation),
  answer: async (variables, caller) => {
    const query = row.operation;
    const result = (await operations.perform({ query, variables }, caller)) as ExecutionResult;
    if (result.errors !== undefined) return refusalAnswer(result, services.clock());
    return row.answer(result.data as never);
  },
});

/** Everything that happens, for an EventSource. It comes back with the header `Last-Event-ID` and misses nothing. */
const eventsRoute = ({ operations, services }: Options): Route => ({
  method: 'GET',
  path: EVENTS_PATH,
  parameters: new Map([
    ['accountId', 'ID'],
    ['lastEventId', 'ID'],
  ]),
  answer: async ({ accountId, lastEventId }, caller, request) => {
    const query = EventsDocument.toString();
    const follow = (after: unknown) => operations.perform({ query, variables: { accountId, after } }, caller);
    // An EventSource keeps its address when it comes back, so the header is the younger one.
    const results = await follow(request.header('last-event-id') || lastEventId || null);
    if (!isStream(results)) return refusalAnswer(results, services.clock());
    return eventStream(framesOf(results, () => follow(null)));
  },
});
