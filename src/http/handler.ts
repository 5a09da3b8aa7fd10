import { GraphQLError, type GraphQLSchema } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Context } from '../graphql/builder.ts';
import { toGraphQLError, withInputCode } from '../graphql/errors.ts';
import type { Logger } from '../log.ts';
import type { Access, Denial } from './access.ts';

const GRAPHQL = '/graphql';
const MAX_BODY_BYTES = 1_000_000;

interface Options {
  readonly schema: GraphQLSchema;
  readonly context: Context;
  readonly access: Access;
  readonly log: Logger;
}

/** Answers every request: a WHATWG handler, and a listener for `node:http`. */
export const createHandler = ({
  schema,
  context,
  access,
  log,
}: Options): YogaServerInstance<object, Context> =>
  createYoga<object, Context>({
    schema,
    context,
    graphqlEndpoint: GRAPHQL,
    landingPage: false,
    cors: false,
    batching: false,
    maxRequestBodySize: MAX_BODY_BYTES,
    logging: false,
    maskedErrors: { isDev: false, maskError: (error, message) => maskError(error, message, log) },
    graphiql: { title: 'vega-auth', subscriptionsProtocol: 'SSE', defaultQuery: FIRST_QUERY },
    // Nine megabytes of page, read only when somebody opens it; the usual one would load from another host.
    renderGraphiQL: async (options) =>
      (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options),
    plugins: [useAccess(access), useInputCodes(), useSecurityHeaders()],
  });

const FIRST_QUERY = `# Is everything there?
query Tokens {
  tokens { apiName verdict expiresAt fingerprint }
}

# Make what is missing.
mutation Generate {
  generateTokens(mode: INVALID_ONLY) { id status }
}

# Watch it.
subscription Progress {
  tokenProgress { generated total current step missing }
}
`;

const maskError = (error: unknown, message: string, log: Logger): Error => {
  const known = toGraphQLError(error);
  if (known !== null) return known;
  log.error({ err: error }, 'a request failed');
  return Object.assign(new Error(message), { extensions: { code: 'INTERNAL_SERVER_ERROR' } });
};

/** Lets nobody in without a key, from another host name or from another origin; answers the few open routes. */
const useAccess = (access: Access): Plugin => ({
  onRequest({ request, url, endResponse }) {
    const place = access.checkPlace(request);
    if (place !== null) return endResponse(deny(place, request));
    if (url.pathname === '/livez')
      return endResponse(new Response('alive\n', { headers: { 'content-type': 'text/plain' } }));
    if (url.pathname === '/login') return endResponse(logIn(access, url));
    const denial = access.checkKey(request) ?? checkMediaType(request);
    if (denial !== null) return endResponse(deny(denial, request));
    if (url.pathname === '/') return endResponse(goTo(GRAPHQL));
    if (url.pathname !== GRAPHQL)
      return endResponse(
        Response.json(toBody('NOT_FOUND', 'There is nothing here.', 'Use /graphql.'), { status: 404 }),
      );
  },
});

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

const page = (status: number, text: string): Response =>
  new Response(`<!doctype html><meta charset="utf-8"><title>vega-auth</title><p>${text}</p>`, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });

const deny = (denial: Denial, request: Request): Response => {
  const isBrowser = request.method === 'GET' && (request.headers.get('accept') ?? '').includes('text/html');
  if (isBrowser) return page(denial.status, `${denial.message} ${denial.nextAction}`);
  const headers = denial.status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  return Response.json(toBody(denial.code, denial.message, denial.nextAction), {
    status: denial.status,
    headers,
  });
};

const toBody = (code: string, message: string, nextAction: string) => ({
  errors: [{ message, extensions: { code, nextAction } }],
});

/** Gives bad values in a document the code that bad variables have. */
const useInputCodes = (): Plugin => ({
  onValidate:
    () =>
    ({ valid, result, setResult }) => {
      if (!valid)
        setResult(result.map((error) => (error instanceof GraphQLError ? withInputCode(error) : error)));
    },
});

/** GraphiQL is one page with its script inside; it may talk to this server and to nobody else. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src 'self'; frame-ancestors 'none'; form-action 'none'";

const useSecurityHeaders = (): Plugin => ({
  onResponse({ response }) {
    response.headers.set('x-content-type-options', 'nosniff');
    response.headers.set('referrer-policy', 'no-referrer');
    response.headers.set('x-frame-options', 'DENY');
    response.headers.set('content-security-policy', CONTENT_SECURITY_POLICY);
    if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store');
  },
});
