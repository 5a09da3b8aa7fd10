import { randomUUID } from 'node:crypto';
import { ACKNOWLEDGE_PATH } from '../services/alerts/alert-links.ts';
import { correlated } from '../services/audit/correlation.ts';
import { Access } from './access.ts';
import { answerAcknowledgement } from './acknowledge.ts';
import { type Answer, json, send, toResponse } from './answer.ts';
import { answerCallback, CALLBACK_PATH } from './callback.ts';
import type { AnswerCache } from './graphql/answer-cache.ts';
import { GraphQLEndpoint } from './graphql/endpoint.ts';
import type { Operations } from './graphql/operations.ts';
import { GRAPHQL_PATH, STREAM_PATH } from './graphql/paths.ts';
import { HttpError } from './http-error.ts';
import { fromFetch, fromMessage, type HttpRequest, requireJson, wantsPage } from './http-request.ts';
import { LOGIN_PATH, logIn } from './login.ts';
import { page } from './page.ts';
import { PageFiles } from './page-files.ts';
import { EVENTS_PATH } from './rest/event-route.ts';
import { createRest, type Rest, withoutPrefix } from './rest/rest.ts';
import type { Handler, ServerOptions } from './server-options.ts';
import { answerWebhook, WEBHOOK_PATH } from './webhook.ts';

interface Parts {
  readonly access: Access;
  readonly graphql: GraphQLEndpoint;
  readonly rest: Rest;
  readonly pages: PageFiles;
  readonly options: ServerOptions;
}

export const createHandler = (
  options: ServerOptions & { readonly operations: Operations; readonly answers: AnswerCache },
): Handler => {
  const parts: Parts = {
    access: new Access(options),
    graphql: new GraphQLEndpoint(options),
    rest: createRest(options),
    pages: new PageFiles(options.pageFolder),
    options,
  };
  // What one request causes has one id in the audit; a run that it begins has its own.
  const respond = (request: HttpRequest): Promise<Answer | null> =>
    correlated(randomUUID(), () => answerOrRefuse(request, parts));
  return {
    listener: (message, response) => {
      respond(fromMessage(message, response))
        .then((answer) => answer && send(response, answer))
        // What a stream tells has broken off: so does its connection, and the client comes back.
        .catch(() => response.destroy());
    },
    fetch: async (request) => {
      const answer = await respond(fromFetch(request));
      return answer === null ? new Response(null, { status: 404 }) : toResponse(answer);
    },
  };
};

/** Nothing of what goes wrong inside gets out. */
const answerOrRefuse = async (request: HttpRequest, parts: Parts): Promise<Answer | null> => {
  try {
    return await route(request, parts);
  } catch (error) {
    if (error instanceof HttpError) return refuse(request, error);
    // A request that broke off is nobody's fault.
    if (request.response?.req.errored == null) parts.options.log.error({ err: error }, 'a request failed');
    return refuse(request, unexpected());
  }
};

/** Nothing but what strangers may ask is reached before access is checked. Null where the answer was sent already. */
const route = async (request: HttpRequest, parts: Parts): Promise<Answer | null> => {
  const { access, graphql, rest, pages, options } = parts;
  const { notices, acquisitions, exchange, log } = options;
  const { path } = request;
  const isPage = wantsPage(request);
  access.checkPlace(request);
  if (isGraphQL(path) && !isPage) {
    const caller = await access.identify(request);
    requireJson(request);
    return graphql.answer(request, caller);
  }
  if (path === WEBHOOK_PATH) return answerWebhook(request, notices, log);
  if (path === CALLBACK_PATH)
    return answerCallback(request, { acquisitions, exchange, clock: options.services.clock }, log);
  if (withoutPrefix(path) === '/livez')
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'alive\n' };
  if (path.startsWith(ACKNOWLEDGE_PATH)) return answerAcknowledgement(request, options.services);
  if (path === LOGIN_PATH) return logIn(access, request);
  if (pages.send(request)) return null;
  // The page holds no data: it tells by itself, in words, that nobody is logged in.
  if (PageFiles.shows(request)) return pages.shell(await statusOf(access.identifyReader(request)));
  const isGraphiql = path === GRAPHQL_PATH;
  const isReader = isGraphiql || isEventSource(request);
  const caller = await (isReader ? access.identifyReader(request) : access.identify(request));
  if (isGraphiql) return graphql.page();
  if (path === '/') return { status: 303, headers: { location: GRAPHQL_PATH }, body: null };
  return rest(request, caller);
};

const isGraphQL = (path: string): boolean => path === GRAPHQL_PATH || path === STREAM_PATH;

/** The stream of an EventSource, which cannot send the page key. */
const isEventSource = ({ method, path }: HttpRequest): boolean =>
  method === 'GET' && withoutPrefix(path) === EVENTS_PATH;

const statusOf = (identified: Promise<unknown>): Promise<number> =>
  identified.then(
    () => 200,
    (error: unknown) => {
      if (error instanceof HttpError) return error.status;
      throw error;
    },
  );

/** A person is answered with a page, a GraphQL client in GraphQL's own shape, and any other program in that of REST. */
const refuse = (request: HttpRequest, error: HttpError): Answer => {
  const { status, code, message, nextAction, headers } = error;
  if (wantsPage(request)) return page(status, status === 404 ? message : `${message} ${nextAction}`, headers);
  return isGraphQL(request.path)
    ? json({ errors: [{ message, extensions: { code, nextAction } }] }, status, headers)
    : json({ error: { code, message, nextAction } }, status, headers);
};

const unexpected = (): HttpError =>
  new HttpError(500, 'INTERNAL_SERVER_ERROR', 'Unexpected error.', 'Look into the log of vega-auth.');
