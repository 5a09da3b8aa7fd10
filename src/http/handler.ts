import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Caller } from '../domain/access-key.ts';
import type { Logger } from '../log.ts';
import { correlated } from '../services/audit/correlation.ts';
import type { Access } from './access.ts';
import { type Asking, addressOf, fromMessage, fromRequest, pathOf, THIS_PROCESS } from './asking.ts';
import { type Denial, denialHeaders } from './denial.ts';
import { type Answer, toResponse } from './graphql/answer-cache.ts';
import { GraphQLEndpoint } from './graphql/endpoint.ts';
import { GRAPHQL_PATH } from './graphql/paths.ts';
import { refusal } from './graphql/refusal.ts';
import { denialPage, LOGIN_PATH, logIn } from './login.ts';
import type { OpenRoute } from './open-route.ts';
import { page as plainPage } from './page.ts';
import type { PageFiles } from './page-files.ts';
import { MAX_BODY_BYTES, noteMessage, readMessage } from './read-body.ts';
import { EVENTS_PATH } from './rest/event-route.ts';
import { type Rest, withoutPrefix } from './rest/rest.ts';
import { restError } from './rest-error.ts';
import { GRAPHIQL_POLICY, SECURITY_HEADERS } from './security-headers.ts';

/** Answers every request: a WHATWG `fetch`, and a listener for `node:http`. */
export interface Handler {
  fetch(request: Request): Promise<Response>;
  readonly listener: RequestListener;
}

interface Parts {
  readonly access: Access;
  readonly graphql: GraphQLEndpoint;
  readonly rest: Rest;
  readonly open: readonly OpenRoute[];
  readonly page: PageFiles;
  readonly log: Logger;
}

/** Nothing is reached before access is checked. */
export const createHandler = (parts: Parts): Handler => {
  const { graphql, log } = parts;
  const respond = (request: Request, address?: string): Promise<Response> =>
    asOneRequest(async () => {
      const response = await answerOrFail(request, fromRequest(request, address), parts);
      for (const [name, value] of Object.entries(COMMON_HEADERS))
        if (!response.headers.has(name)) response.headers.set(name, value);
      return response;
    });
  const adapt = serverAdapter(respond);
  const answerMessage = async (
    asking: Asking,
    message: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const caller = await admit(asking, parts);
    if ('status' in caller) return send(response, refusal(caller, denialHeaders(caller)));
    const isPost = message.method === 'POST';
    const body = isPost ? await readMessage(message, MAX_BODY_BYTES) : null;
    const isTooLong = isPost && body === null;
    const answer = isTooLong
      ? refusal(TOO_LARGE)
      : await graphql.answer(asking, message, response, body, caller);
    if (answer !== null) send(response, answer);
  };
  const listener: RequestListener = (message, response) => {
    const path = pathOf(message.url ?? '/');
    const asking = fromMessage(message);
    if (
      message.url?.startsWith('/') !== true ||
      !GraphQLEndpoint.serves(path) ||
      GraphQLEndpoint.isPage(asking, path)
    ) {
      void adapt(message, response);
      return;
    }
    asOneRequest(() => answerMessage(asking, message, response)).catch((error: unknown) => {
      // A request that broke off is nobody's fault; anything else is ours.
      if (!message.errored) log.error({ err: error }, 'a request failed');
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  };
  return { fetch: (request) => respond(request), listener };
};

const COMMON_HEADERS = { ...SECURITY_HEADERS, 'cache-control': 'no-store' } as const;

/** What one request causes has one id in the audit; a run that it begins has its own. */
const asOneRequest = <Result>(work: () => Promise<Result>): Promise<Result> => correlated(randomUUID(), work);

/** What turns a message into a `Request` is loaded with the first one, since a program without a server has none. */
const serverAdapter = (
  respond: (request: Request, address: string) => Promise<Response>,
): RequestListener => {
  let adapter: Promise<RequestListener> | null = null;
  return async (message, response) => {
    adapter ??= import('@whatwg-node/server').then(({ createServerAdapter }) =>
      createServerAdapter<{ readonly req: IncomingMessage }>((request: Request, { req }) => {
        noteMessage(request, req);
        return respond(request, addressOf(req));
      }),
    );
    (await adapter)(message, response);
  };
};

const send = (response: ServerResponse, { status, headers, body }: Answer): void => {
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, { ...COMMON_HEADERS, ...headers, 'content-length': length }).end(body);
};

/** Who asks for GraphQL, if that is admitted. */
const admit = async (asking: Asking, { access }: Parts): Promise<Caller | Denial> => {
  const place = access.checkPlace(asking);
  if (place !== null) return place;
  const caller = await access.identify(asking);
  return 'status' in caller ? caller : (checkMediaType(asking) ?? caller);
};

/** Nothing of what goes wrong inside gets out. */
const answerOrFail = async (request: Request, asking: Asking, parts: Parts): Promise<Response> => {
  if (!URL.canParse(request.url))
    return restError(400, 'BAD_REQUEST', 'This is no address.', 'Send a path that begins with a slash.');
  try {
    return await answer(request, asking, parts);
  } catch (error) {
    parts.log.error({ err: error }, 'a request failed');
    return restError(500, 'INTERNAL_SERVER_ERROR', 'Unexpected error.', 'Look into the log of vega-auth.');
  }
};

const answer = async (request: Request, asking: Asking, parts: Parts): Promise<Response> => {
  const { access, graphql, rest, open, page } = parts;
  const { pathname } = new URL(request.url);
  const isGraphiql = GraphQLEndpoint.isPage(asking, pathname);
  if (GraphQLEndpoint.serves(pathname) && !isGraphiql) {
    // Over a socket it is answered elsewhere: this is another spelling of its path.
    if (asking.address !== THIS_PROCESS)
      return restError(404, 'NOT_FOUND', 'There is nothing under this spelling.', `Use ${pathname}.`);
    const caller = await admit(asking, parts);
    return 'status' in caller
      ? toResponse(refusal(caller, denialHeaders(caller)))
      : graphql.fetch(request, asking, caller);
  }
  const place = access.checkPlace(asking);
  const route = open.find(({ path }) => path === pathname);
  if (place !== null) return (route?.deny ?? deny)(place, request);
  if (route !== undefined) return route.answer(request);
  if (withoutPrefix(pathname) === '/livez')
    return new Response('alive\n', { headers: { 'content-type': 'text/plain' } });
  if (pathname === LOGIN_PATH) return logIn(access, asking, deny);
  const asset = page.asset(request);
  if (asset !== null) return asset;
  const isShell = page.isPage(request);
  const isReader = isShell || isGraphiql || isEventSource(request, pathname);
  const caller = await (isReader ? access.identifyReader(asking) : access.identify(asking));
  // The page holds no data: it tells by itself, in words, that nobody is logged in.
  if (isShell) return page.shell('status' in caller ? caller.status : 200);
  if ('status' in caller) return deny(caller, request);
  if (isGraphiql) return underItsPolicy(await graphql.page(request));
  if (pathname === '/') return new Response(null, { status: 303, headers: { location: GRAPHQL_PATH } });
  const response = await rest(request, caller);
  return response.status === 404 && isBrowser(request) ? notFoundPage() : response;
};

/** The stream of an EventSource, which cannot send the page key. */
const isEventSource = ({ method }: Request, pathname: string): boolean =>
  method === 'GET' && withoutPrefix(pathname) === EVENTS_PATH;

/** A form of another site can post everything but JSON. */
const checkMediaType = (asking: Asking): Denial | null => {
  if (asking.method !== 'POST') return null;
  if (/^application\/(graphql\+)?json\s*(?:;|$)/i.test(asking.headers.get('content-type') ?? '')) return null;
  return {
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'A POST has to be JSON.',
    nextAction: 'Send the header "Content-Type: application/json".',
  };
};

const TOO_LARGE = {
  status: 413,
  code: 'TOO_LARGE',
  message: 'The body is too long.',
  nextAction: `Send at most ${MAX_BODY_BYTES} bytes.`,
};

const underItsPolicy = (response: Response): Response => {
  response.headers.set('content-security-policy', GRAPHIQL_POLICY);
  return response;
};

const isBrowser = ({ method, headers }: Pick<Asking, 'method' | 'headers'>): boolean =>
  method === 'GET' && (headers.get('accept') ?? '').includes('text/html');

const notFoundPage = (): Response => plainPage(404, 'There is nothing under this address.');

const deny = (denial: Denial, request: Pick<Asking, 'method' | 'headers'>): Response => {
  if (isBrowser(request)) return denialPage(denial);
  const { status, code, message, nextAction } = denial;
  return restError(status, code, message, nextAction, denialHeaders(denial));
};
