import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { callerOfKey, OPERATOR } from '../domain/account/access-key.ts';
import { correlated } from '../services/audit/correlation.ts';
import { AnswerCache } from './graphql/answer-cache.ts';
import { type Operation, Operations, type Outcome } from './graphql/operations.ts';
import type { ServerOptions } from './server-options.ts';

/** Everything that is answered over HTTP, and GraphQL without it. */
export interface HttpServer {
  readonly answers: AnswerCache;
  /** Performs a GraphQL operation as the operator. */
  perform(operation: Operation): Promise<Outcome>;
  /** Loaded where it is used: a command that runs in its own process answers nobody. */
  listener(): Promise<RequestListener>;
}

export const createHttpServer = (options: ServerOptions): HttpServer => {
  const { accessKeys, sessions, revision, clock } = options.services;
  const operations = new Operations(options);
  accessKeys.onRevoked(async (key) => {
    operations.open.endAll(callerOfKey(key).id);
    await sessions.endOf(key.id);
  });
  sessions.onEnded((callerId) => operations.open.endAll(callerId));
  const answers = new AnswerCache(revision, clock, options.answerCacheBytes);
  let listener: Promise<RequestListener> | null = null;
  return {
    answers,
    perform: (operation) => correlated(randomUUID(), () => operations.perform(operation, OPERATOR)),
    listener: () => {
      listener ??= import('./handler.ts').then(({ createHandler }) =>
        createHandler({ ...options, operations, answers }),
      );
      return listener;
    },
  };
};
