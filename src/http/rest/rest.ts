import type { ExecutionResult } from 'graphql';
import type { Caller } from '../../domain/account/access-key.ts';
import type { Services } from '../../services/services.ts';
import { type Answer, json } from '../answer.ts';
import type { Operations } from '../graphql/operations.ts';
import { methodNotAllowed, notFound } from '../http-error.ts';
import type { HttpRequest } from '../http-request.ts';
import { answerEvents, EVENTS_PATH } from './event-route.ts';
import { answerMetrics, METRICS_PATH } from './metrics-route.ts';
import { OPERATIONS, type OperationRow } from './operations.ts';
import { parameterTypesOf, readParameters } from './parameters.ts';
import { refusalAnswer } from './refusals.ts';

/** Answers what is not asked at `/graphql`. Whoever gets here has been let in. */
export type Rest = (request: HttpRequest, caller: Caller) => Promise<Answer>;

interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly answer: Rest;
}

interface Options {
  readonly operations: Operations;
  readonly services: Services;
}

/** The REST mirror: one table of routes over the GraphQL operations. */
export const createRest = ({ operations, services }: Options): Rest => {
  const { clock } = services;
  const routes: readonly Route[] = [
    ...OPERATIONS.map((row) => operationRoute(row, operations, clock)),
    reading(EVENTS_PATH, (request, caller) => answerEvents(request, caller, operations, clock)),
    reading(METRICS_PATH, (request, caller) => answerMetrics(request, caller, services)),
  ];
  return async (request, caller) => {
    const path = withoutPrefix(request.path);
    const there = routes.filter((route) => route.path === path);
    if (there.length === 0)
      throw notFound('There is nothing under this address.', 'Use /graphql, or a route of docs/clients.md.');
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const route = there.find((candidate) => candidate.method === method);
    if (route !== undefined) return route.answer(request, caller);
    throw methodNotAllowed(there.map((other) => (other.method === 'GET' ? 'GET, HEAD' : 'POST')).join(', '));
  };
};

/** Every route is answered under both addresses. */
export const withoutPrefix = (path: string): string => path.replace(/^\/api\/v1(?=\/)/, '');

const reading = (path: string, answer: Rest): Route => ({ method: 'GET', path, answer });

const operationRoute = (
  { method, path, operation, status = 200, shape = onlyField, refuse }: OperationRow,
  operations: Operations,
  clock: () => Date,
): Route => {
  const types = parameterTypesOf(operation);
  const answer: Rest = async (request, caller) => {
    const variables = await readParameters(request, types);
    const result = (await operations.perform({ query: operation, variables }, caller)) as ExecutionResult;
    if (result.errors !== undefined) return refusalAnswer(result.errors, clock());
    const data = result.data ?? {};
    return refuse?.(data) ?? json(shape(data), status);
  };
  return { method, path, answer };
};

const onlyField = (data: Readonly<Record<string, unknown>>): unknown => Object.values(data)[0];
