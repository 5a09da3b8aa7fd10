import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { ACKNOWLEDGE_PATH } from '../services/alerts/alert-links.ts';
import { correlated } from '../services/audit/correlation.ts';
import { refusalOfDatabase } from '../services/storage/unavailable.ts';
import { Access } from './access.ts';
import { answerAcknowledgement } from './acknowledge.ts';
import { type Answer, json, nothing, page, send } from './answer.ts';
import { answerCallback, CALLBACK_PATH } from './callback.ts';
import { GraphQLEndpoint, isGraphQL } from './graphql/endpoint.ts';
import { GRAPHQL_PATH } from './graphql/paths.ts';
import { HttpError } from './http-error.ts';
import { HttpRequest } from './http-request.ts';
import { LOGIN_PATH, logIn } from './login.ts';
import { PageFiles } from './page-files.ts';
import { EVENTS_PATH } from './rest/events.ts';
import { createRest, withoutPrefix } from './rest/rest.ts';
import type { HandlerOptions } from './server-options.ts';
import { answerWebhook, WEBHOOK_PATH } from './webhook.ts';

type Route = (request: HttpRequest) => Promise<Answer | null>;

export const createHandler = (options: HandlerOptions): RequestListener => {
  const route = createRoute(options);
  /** Nothing of what goes wrong inside gets out. */
  const answerOrRefuse: Route = async (request) => {
    try {
      return await route(request);
    } catch (error) {
      if (error instanceof HttpError) return refuse(request, error);
      const refusal = refusalOfDatabase(error);
      if (refusal !== null)
        return refuse(request, new HttpError(503, refusal.code, refusal.message, refusal.nextAction));
      // A request that broke off is nobody's fault.
      if (request.message.errored === null) options.log.error({ err: error }, 'a request failed');
      return refuse(request, unexpected());
    }
  };
  return (message, response) => {
    const request = new HttpRequest(message, response);
    // What one request causes has one id in the audit; a run that it begins has its own.
    correlated(randomUUID(), () => answerOrRefuse(request))
      .then((answer) => answer && send(response, answer))
      // What a stream tells has broken off: so does its connection, and the client comes back.
      .catch(() => response.destroy());
  };
};

/** Nothing but what strangers may ask is reached before access is checked. Null where the answer was sent already. */
const createRoute = (options: HandlerOptions): Route => {
  const { notices, log } = options;
  const access = new Access(options);
  const graphql = new GraphQLEndpoint(options);
  const rest = createRest(options);
  const pages = new PageFiles(options.pageFolder);
  return async (request) => {
    const { path, method } = request;
    access.checkPlace(request);
    if (isGraphQL(path) && !request.wantsPage) {
      const caller = await access.identify(request);
      request.requireJson();
      return graphql.answer(request, caller);
    }
    if (path === WEBHOOK_PATH) return answerWebhook(request, notices, log);
    if (path === CALLBACK_PATH) return answerCallback(request, options);
    if (withoutPrefix(path) === '/livez')
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'alive\n' };
    if (path.startsWith(ACKNOWLEDGE_PATH)) return answerAcknowledgement(request, options.services);
    if (path === LOGIN_PATH) return logIn(access, request);
    if (pages.send(request)) return null;
    // The page holds no data: it tells by itself, in words, that nobody is logged in.
    if (PageFiles.shows(request)) return pages.shell(await statusOf(access.identifyReader(request)));
    const isGraphiql = path === GRAPHQL_PATH;
    // An EventSource cannot send the page key.
    const isEventSource = method === 'GET' && withoutPrefix(path) === EVENTS_PATH;
    const isReader = isGraphiql || isEventSource;
    const caller = await (isReader ? access.identifyReader(request) : access.identify(request));
    if (isGraphiql) return graphql.page();
    if (path === '/') return nothing(303, { location: GRAPHQL_PATH });
    return rest(request, caller);
  };
};

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
  if (request.wantsPage) return page(status, status === 404 ? message : `${message} ${nextAction}`, headers);
  return isGraphQL(request.path)
    ? json({ errors: [{ message, extensions: { code, nextAction } }] }, status, headers)
    : json({ error: { code, message, nextAction } }, status, headers);
};

const unexpected = (): HttpError =>
  new HttpError(500, 'INTERNAL_SERVER_ERROR', 'Unexpected error.', 'Look into the log of vega-auth.');
