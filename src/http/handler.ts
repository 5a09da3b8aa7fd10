import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Logger } from '../log.ts';
import { correlated } from '../services/audit/correlation.ts';
import type { Access } from './access.ts';
import { type Answer, type Reply, refusal, sendAnswer, toReply, toResponse } from './answer.ts';
import { type Denial, denialHeaders } from './denial.ts';
import { GRAPHQL_PATH } from './graphiql.ts';
import type { GraphQLServer } from './graphql-server.ts';
import {
  type Asking,
  addressOf,
  fromMessage,
  fromPosted,
  fromRequest,
  type Incoming,
  type Posted,
} from './incoming.ts';
import { denialPage, LOGIN_PATH, logIn } from './login.ts';
import type { OpenRoute } from './open-route.ts';
import type { PageFiles } from './page-files.ts';
import { EVENTS_PATH } from './rest/event-route.ts';
import { type Rest, withoutPrefix } from './rest/rest.ts';
import { restError } from './rest-error.ts';
import { GRAPHIQL_POLICY, SECURITY_HEADERS } from './security-headers.ts';

/** Answers every request: a WHATWG `fetch`, and a listener for `node:http`. */
export interface Handler {
  fetch(request: Request): Promise<Response>;
  /** GraphQL alone, for a caller in this process. */
  post(posted: Posted): Promise<Reply>;
  readonly listener: RequestListener;
}

interface Parts {
  readonly access: Access;
  readonly graphql: GraphQLServer;
  readonly graphiql: (request: Request) => Promise<Response>;
  readonly rest: Rest;
  readonly open: readonly OpenRoute[];
  readonly page: PageFiles;
  readonly log: Logger;
}

/** Nothing is reached before access is checked. */
export const createHandler = (parts: Parts): Handler => {
  const { access, graphql, log } = parts;
  const respond = (request: Request, address?: string): Promise<Response> =>
    asOneRequest(() => answerRequest(request, address));
  const answerRequest = async (request: Request, address?: string): Promise<Response> => {
    const incoming = fromRequest(request, address);
    if (graphql.serves(incoming))
      return toResponse(await answerGraphQL(incoming, access, graphql), SECURITY_HEADERS);
    const response = await answerOrFail(request, incoming, parts);
    for (const [name, value] of Object.entries(SECURITY_HEADERS))
      if (!response.headers.has(name)) response.headers.set(name, value);
    if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'no-store');
    return response;
  };
  const adapt = serverAdapter(respond);
  const listener: RequestListener = (message, response) => {
    const incoming = fromMessage(message);
    if (!graphql.serves(incoming)) {
      void adapt(message, response);
      return;
    }
    asOneRequest(() => answerGraphQL(incoming, access, graphql))
      .then((known) => sendAnswer(known, response, SECURITY_HEADERS))
      .catch((error: unknown) => {
        // A request that broke off is nobody's fault; anything else is ours.
        if (!message.errored) log.error({ err: error }, 'a request failed');
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
  };
  return {
    fetch: (request) => respond(request),
    post: async (posted) =>
      toReply(await asOneRequest(() => answerGraphQL(fromPosted(posted), access, graphql))),
    listener,
  };
};

/** What one request causes has one id in the audit; a run that it begins has its own. */
const asOneRequest = <Result>(work: () => Promise<Result>): Promise<Result> => correlated(randomUUID(), work);

/** What turns a message into a `Request` is loaded with the first one, since a program without a server has none. */
const serverAdapter = (
  respond: (request: Request, address: string) => Promise<Response>,
): RequestListener => {
  let adapter: Promise<RequestListener> | null = null;
  return async (message, response) => {
    adapter ??= import('@whatwg-node/server').then(({ createServerAdapter }) =>
      createServerAdapter<{ readonly req: IncomingMessage }>((request: Request, { req }) =>
        respond(request, addressOf(req)),
      ),
    );
    (await adapter)(message, response);
  };
};

const answerGraphQL = async (incoming: Incoming, access: Access, graphql: GraphQLServer): Promise<Answer> => {
  const place = access.checkPlace(incoming);
  if (place !== null) return refusal(place);
  const caller = await access.identify(incoming);
  if ('status' in caller) return refusal(caller, denialHeaders(caller));
  const denial = checkMediaType(incoming);
  return denial === null ? graphql.answer(incoming, caller) : refusal(denial);
};

/** Nothing of what goes wrong inside gets out. */
const answerOrFail = async (request: Request, incoming: Incoming, parts: Parts): Promise<Response> => {
  if (!URL.canParse(request.url))
    return restError(400, 'BAD_REQUEST', 'This is no address.', 'Send a path that begins with a slash.');
  try {
    return await answer(request, incoming, parts);
  } catch (error) {
    parts.log.error({ err: error }, 'a request failed');
    return restError(500, 'INTERNAL_SERVER_ERROR', 'Unexpected error.', 'Look into the log of vega-auth.');
  }
};

const answer = async (
  request: Request,
  incoming: Incoming,
  { access, graphiql, rest, open, page }: Parts,
): Promise<Response> => {
  const url = new URL(request.url);
  const place = access.checkPlace(incoming);
  const route = open.find(({ path }) => path === url.pathname);
  if (place !== null) return (route?.deny ?? deny)(place, request);
  if (route !== undefined) return route.answer(request);
  if (withoutPrefix(url.pathname) === '/livez')
    return new Response('alive\n', { headers: { 'content-type': 'text/plain' } });
  if (url.pathname === LOGIN_PATH) return logIn(access, incoming, deny);
  const asset = page.asset(request);
  if (asset !== null) return asset;
  const isShell = page.isPage(request);
  const isReader = isShell || isForReaders(request, url);
  const caller = await (isReader ? access.identifyReader(incoming) : access.identify(incoming));
  // The page holds no data: it tells by itself, in words, that nobody is logged in.
  if (isShell) return page.shell('status' in caller ? caller.status : 200);
  if ('status' in caller) return deny(caller, request);
  const denial = isGraphQL(url) ? checkMediaType(incoming) : null;
  if (denial !== null) return deny(denial, request);
  if (isGraphQL(url)) return underItsPolicy(await graphiql(request));
  if (url.pathname === '/') return goTo(GRAPHQL_PATH);
  return rest(request, caller);
};

/** What is opened without the page key: GraphiQL's page, which holds no data, and the stream of an EventSource. */
const isForReaders = ({ method }: Request, url: URL): boolean =>
  method === 'GET' && (isGraphQL(url) || withoutPrefix(url.pathname) === EVENTS_PATH);

const isGraphQL = (url: URL): boolean => url.pathname === GRAPHQL_PATH;

/** A form of another site can post everything but JSON. */
const checkMediaType = (request: Asking): Denial | null => {
  if (request.method !== 'POST') return null;
  if (/^application\/(graphql\+)?json\b/i.test(request.headers.get('content-type') ?? '')) return null;
  return {
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'A POST has to be JSON.',
    nextAction: 'Send the header "Content-Type: application/json".',
  };
};

const underItsPolicy = (response: Response): Response => {
  response.headers.set('content-security-policy', GRAPHIQL_POLICY);
  return response;
};

const goTo = (location: string): Response => new Response(null, { status: 303, headers: { location } });

const deny = (denial: Denial, request: Pick<Asking, 'method' | 'url' | 'headers'>): Response => {
  const isBrowser = request.method === 'GET' && (request.headers.get('accept') ?? '').includes('text/html');
  if (isBrowser) return denialPage(denial);
  const { status, code, message, nextAction } = denial;
  if (isGraphQL(new URL(request.url))) return toResponse(refusal(denial, denialHeaders(denial)), {});
  return restError(status, code, message, nextAction, denialHeaders(denial));
};
