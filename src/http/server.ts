import { randomUUID } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import { callerOfKey } from '../domain/access-key.ts';
import type { Secret } from '../domain/secret.ts';
import type { Logger } from '../log.ts';
import type { Acquisitions } from '../services/approvals/acquisitions.ts';
import type { ApprovalNotices } from '../services/approvals/approval-notices.ts';
import { correlated } from '../services/audit/correlation.ts';
import type { CodeExchange } from '../services/exchange/code-exchange.ts';
import type { Services } from '../services/services.ts';
import { Access, OPERATOR } from './access.ts';
import { callbackRoute } from './callback.ts';
import { AnswerCache } from './graphql/answer-cache.ts';
import { GraphQLEndpoint } from './graphql/endpoint.ts';
import { type Operation, Operations, type Outcome } from './graphql/operations.ts';
import { createHandler, type Handler } from './handler.ts';
import { pageFiles } from './page-files.ts';
import { createRest } from './rest/rest.ts';
import { webhookRoute } from './webhook.ts';

interface Options {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly acquisitions: Acquisitions;
  readonly exchange: CodeExchange;
  readonly notices: ApprovalNotices;
  readonly operatorKey: Secret;
  readonly allowedHosts: readonly string[];
  readonly trustsProxy: boolean;
  readonly subscriptionsPerKey?: number | undefined;
  readonly streamsPerKey?: number | undefined;
  readonly answerCacheBytes?: number | undefined;
  readonly pageFolder: string;
  readonly log: Logger;
}

/** Everything that is answered over HTTP, and GraphQL without it. */
export interface HttpServer extends Handler {
  readonly answers: Pick<AnswerCache, 'hits' | 'misses'>;
  /** Performs a GraphQL operation as the operator. */
  perform(operation: Operation): Promise<Outcome>;
}

export const createHttpServer = (options: Options): HttpServer => {
  const { schema, services, acquisitions, exchange, notices, log } = options;
  const { accessKeys, sessions, refusals, clock } = services;
  const access = new Access({
    operatorKey: options.operatorKey,
    keys: accessKeys,
    sessions,
    allowedHosts: options.allowedHosts,
    trustsProxy: options.trustsProxy,
    onRefused: (kind) => refusals.note(kind, {}),
  });
  const { subscriptionsPerKey, streamsPerKey } = options;
  const operations = new Operations({ schema, services, log, subscriptionsPerKey });
  accessKeys.onRevoked(async (key) => {
    operations.open.endAll(callerOfKey(key).id);
    await sessions.endOf(key.id);
  });
  sessions.onEnded((callerId) => operations.open.endAll(callerId));
  const answers = new AnswerCache(services.revision, clock, options.answerCacheBytes);
  const handler = createHandler({
    access,
    graphql: new GraphQLEndpoint({ schema, services, operations, answers, streamsPerKey, log }),
    rest: createRest({ operations, services, log }),
    open: [webhookRoute(notices, log), callbackRoute({ acquisitions, exchange, clock }, log)],
    page: pageFiles(options.pageFolder),
    log,
  });
  return {
    ...handler,
    answers,
    perform: (operation) => correlated(randomUUID(), () => operations.perform(operation, OPERATOR)),
  };
};
