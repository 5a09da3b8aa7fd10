import type { Caller } from '../../domain/access-key.ts';
import type { Logger } from '../../log.ts';
import type { Services } from '../../services/services.ts';
import type { Operations } from '../graphql/operations.ts';
import { restError } from '../rest-error.ts';
import { eventRoute } from './event-route.ts';
import { metricsRoute } from './metrics-route.ts';
import { operationRoute } from './operation-route.ts';
import { OPERATIONS } from './operations.ts';
import type { RestRoute } from './rest-route.ts';

/** Answers what is not asked at `/graphql`. Whoever gets here has been let in. */
export type Rest = (request: Request, caller: Caller) => Promise<Response>;

interface Options {
  readonly operations: Operations;
  readonly services: Services;
  readonly log: Logger;
}

/** The REST mirror: one table of routes over the GraphQL operations. */
export const createRest = ({ operations, services, log }: Options): Rest => {
  const { clock } = services;
  const routes: readonly RestRoute[] = [
    ...OPERATIONS.map((row) => operationRoute(row, operations, clock)),
    eventRoute(operations, clock),
    metricsRoute(services),
  ];
  return async (request, caller) => {
    const path = withoutPrefix(new URL(request.url).pathname);
    const there = routes.filter((route) => route.path === path);
    if (there.length === 0) return notFound();
    const isHead = request.method === 'HEAD';
    const route = there.find(({ method }) => method === (isHead ? 'GET' : request.method));
    if (route === undefined) return methodNotAllowed(there);
    try {
      const response = await route.answer(request, caller);
      return isHead ? await withoutBody(response) : response;
    } catch (error) {
      log.error({ err: error, path }, 'a request failed');
      return restError(500, 'INTERNAL_SERVER_ERROR', 'Unexpected error.', 'Look into the log of vega-auth.');
    }
  };
};

/** Every route is answered under both addresses. */
export const withoutPrefix = (pathname: string): string => pathname.replace(/^\/api\/v1(?=\/)/, '');

const notFound = (): Response =>
  restError(
    404,
    'NOT_FOUND',
    'There is nothing here.',
    'Use /graphql, or a route that docs/clients.md names.',
  );

const withoutBody = async (response: Response): Promise<Response> => {
  await response.body?.cancel();
  return new Response(null, response);
};

const methodNotAllowed = (routes: readonly RestRoute[]): Response => {
  const allow = routes.map(({ method }) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ');
  const message = 'This route does not have that method.';
  return restError(405, 'METHOD_NOT_ALLOWED', message, `Use ${allow}.`, { allow });
};
