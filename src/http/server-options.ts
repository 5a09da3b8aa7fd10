import type { GraphQLSchema } from 'graphql';
import type { Secret } from '../domain/secret.ts';
import type { Logger } from '../log.ts';
import type { Acquisitions } from '../services/approvals/acquisitions.ts';
import type { ApprovalNotices } from '../services/approvals/approval-notices.ts';
import type { CodeExchange } from '../services/exchange/code-exchange.ts';
import type { Services } from '../services/services.ts';
import type { AnswerCache } from './graphql/answer-cache.ts';
import type { Operations } from './graphql/operations.ts';

export interface ServerOptions {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly acquisitions: Acquisitions;
  readonly exchange: CodeExchange;
  readonly notices: ApprovalNotices;
  readonly operatorKey: Secret;
  /** Host names besides those of the loopback interface. */
  readonly allowedHosts: readonly string[];
  /** Whether every request comes through a reverse proxy that says for whom it speaks. */
  readonly trustsProxy: boolean;
  readonly subscriptionsPerKey?: number | undefined;
  readonly streamsPerKey?: number | undefined;
  readonly answerCacheBytes?: number | undefined;
  readonly pageFolder: string;
  readonly log: Logger;
}

export interface HandlerOptions extends ServerOptions {
  readonly operations: Operations;
  readonly answers: AnswerCache;
}
