import { randomUUID } from 'node:crypto';
import { callerOfKey } from '../domain/account/access-key.ts';
import { correlated } from '../services/audit/correlation.ts';
import { AnswerCache } from './graphql/answer-cache.ts';
import { OPERATOR, type Operation, Operations, type Outcome } from './graphql/operations.ts';
import type { Handler, ServerOptions } from './server-options.ts';

/** Everything that is answered over HTTP, and GraphQL without it. */
export interface HttpServer {
  readonly answers: AnswerCache;
  /** Performs a GraphQL operation as the operator. */
  perform(operation: Operation): Promise<Outcome>;
  /** Loaded where it is used: a command that runs in its own process answers nobody. */
  handler(): Promise<Handler>;
}

export const createHttpServer = (options: ServerOptions): HttpServer => {
  const { accessKeys, sessions, clock } = options.services;
  const operations = new Operations(options);
  accessKeys.onRevoked(async (key) => {
    operations.open.endAll(callerOfKey(key).id);
    await sessions.endOf(key.id);
  });
  sessions.onEnded((callerId) => operations.open.endAll(callerId));
  const answers = new AnswerCache(options.services.revision, clock, options.answerCacheBytes);
  let handler: Promise<Handler> | null = null;
  return {
    answers,
    perform: (operation) => correlated(randomUUID(), () => operations.perform(operation, OPERATOR)),
    handler: () => {
      handler ??= import('./handler.ts').then(({ createHandler }) =>
        createHandler({ ...options, operations, answers }),
      );
      return handler;
    },
  };
};
