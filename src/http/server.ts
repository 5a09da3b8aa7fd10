import { randomUUID } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import { callerOfKey } from '../domain/access-key.ts';
import type { Secret } from '../domain/secret.ts';
import type { Logger } from '../log.ts';
import type { Acquisitions } from '../services/acquisitions/acquisitions.ts';
import type { ApprovalNotices } from '../services/acquisitions/approval-notices.ts';
import { correlated } from '../services/audit/correlation.ts';
import type { Services } from '../services/services.ts';
import { StateRevision } from '../services/state-revision.ts';
import { Access, OPERATOR } from './access.ts';
import { AnswerCache } from './graphql/answer-cache.ts';
import { GraphQLEndpoint } from './graphql/endpoint.ts';
import { type Operation, Operations, type Outcome } from './graphql/operations.ts';
import { createHandler, type Handler } from './handler.ts';
import { PageFiles } from './page-files.ts';
import { createRest } from './rest/rest.ts';

interface Options {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly acquisitions: Acquisitions;
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
  const { services, acquisitions, notices, log } = options;
  const { accessKeys, sessions, refusals, clock } = services;
  const access = new Access({
    ...options,
    keys: accessKeys,
    sessions,
    onRefused: (kind) => refusals.note(kind, {}),
  });
  const operations = new Operations(options);
  accessKeys.onRevoked(async (key) => {
    operations.open.endAll(callerOfKey(key).id);
    await sessions.endOf(key.id);
  });
  sessions.onEnded((callerId) => operations.open.endAll(callerId));
  const answers = new AnswerCache(new StateRevision(services), clock, options.answerCacheBytes);
  const handler = createHandler({
    access,
    graphql: new GraphQLEndpoint({ ...options, operations, answers }),
    rest: createRest({ operations, services }),
    pages: new PageFiles(options.pageFolder),
    acquisitions,
    notices,
    clock,
    log,
  });
  return {
    ...handler,
    answers,
    perform: (operation) => correlated(randomUUID(), () => operations.perform(operation, OPERATOR)),
  };
};
