import { createServerAdapter } from '@whatwg-node/server';
import type { Access, Denial } from './access.ts';
import { GRAPHQL_PATH } from './graphql-server.ts';
import type { OpenRoute } from './open-route.ts';
import { page } from './page.ts';
import { type Rest, withoutPrefix } from './rest/rest.ts';
import { restError } from './rest-error.ts';

/** GraphiQL is one page with its script inside; it may talk to this server and to nobody else. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src 'self'; frame-ancestors 'none'; form-action 'none'";

const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

interface GraphQLServer {
  fetch(request: Request, context: object): Response | Promise<Response>;
}

/** Answers every request: a WHATWG `fetch`, and a listener for `node:http`. Nothing is reached before access is checked. */
export const createHandler = (
  access: Access,
  graphql: GraphQLServer,
  rest: Rest,
  open: readonly OpenRoute[],
) =>
  createServerAdapter(async (request: Request, context: object): Promise<Response> => {
    const response = await answer(request, context, access, graphql, rest, open);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
    if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store');
    return response;
  });

const answer = async (
  request: Request,
  context: object,
  access: Access,
  graphql: GraphQLServer,
  rest: Rest,
  open: readonly OpenRoute[],
): Promise<Response> => {
  const url = new URL(request.url);
  const place = access.checkPlace(request);
  const route = open.find(({ path }) => path === url.pathname);
  if (place !== null) return (route?.deny ?? deny)(place, request);
  if (route !== undefined) return route.answer(request);
  if (withoutPrefix(url.pathname) === '/livez')
    return new Response('alive\n', { headers: { 'content-type': 'text/plain' } });
  if (url.pathname === '/login') return logIn(access, url);
  const denial = access.checkKey(request) ?? (isGraphQL(url) ? checkMediaType(request) : null);
  if (denial !== null) return deny(denial, request);
  if (isGraphQL(url)) return graphql.fetch(request, context);
  if (url.pathname === '/') return goTo(GRAPHQL_PATH);
  return rest(request, context);
};

const isGraphQL = (url: URL): boolean => url.pathname === GRAPHQL_PATH;

/** A form of another site can post everything but JSON. */
const checkMediaType = (request: Request): Denial | null => {
  if (request.method !== 'POST') return null;
  if (/^application\/(graphql\+)?json\b/i.test(request.headers.get('content-type') ?? '')) return null;
  return {
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'A POST has to be JSON.',
    nextAction: 'Send the header "Content-Type: application/json".',
  };
};

const logIn = (access: Access, url: URL): Response => {
  const cookie = access.redeemLink(url.searchParams.get('link') ?? '');
  if (cookie !== null) return goTo('/', { 'set-cookie': cookie });
  return page(401, 'This link has been used or is not ours. Restart the server for a new one.');
};

const goTo = (location: string, headers: Record<string, string> = {}): Response =>
  new Response(null, { status: 303, headers: { location, ...headers } });

const deny = (denial: Denial, request: Request): Response => {
  const isBrowser = request.method === 'GET' && (request.headers.get('accept') ?? '').includes('text/html');
  if (isBrowser) return page(denial.status, `${denial.message} ${denial.nextAction}`);
  const { status, code, message, nextAction } = denial;
  const headers: Record<string, string> = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  if (!isGraphQL(new URL(request.url))) return restError(status, code, message, nextAction, headers);
  return Response.json({ errors: [{ message, extensions: { code, nextAction } }] }, { status, headers });
};
