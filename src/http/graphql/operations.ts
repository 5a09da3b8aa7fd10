import { envelop, useEngine, useSchema } from '@envelop/core';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationTypeNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { Caller } from '../../domain/account/access-key.ts';
import type { Logger } from '../../log.ts';
import type { Services } from '../../services/services.ts';
import type { GraphQLPlugin } from './context.ts';
import { useDocumentCache } from './use-document-cache.ts';
import { useDocumentLimits } from './use-document-limits.ts';
import { type Mask, maskWith, useErrorCodes } from './use-error-codes.ts';
import { OpenStreams, useOpenStreams } from './use-open-streams.ts';
import { useRepeatable } from './use-repeatable.ts';
import { useSharedExecution } from './use-shared-execution.ts';

export interface Operation {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly operationName?: string | null | undefined;
}

/** One result, or those of a subscription. */
export type Outcome = ExecutionResult | AsyncGenerator<ExecutionResult>;

interface Options {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly log: Logger;
  readonly subscriptionsPerKey?: number | undefined;
}

/** Performs GraphQL operations for callers that do not come by Yoga: event streams, the REST mirror and this process. */
export class Operations {
  /** The concerns of every operation, Yoga's included. */
  readonly plugins: readonly GraphQLPlugin[];
  readonly open: OpenStreams;
  readonly mask: Mask;
  readonly #services: Services;
  readonly #getEnveloped: ReturnType<typeof envelop>;

  constructor({ schema, services, log, subscriptionsPerKey }: Options) {
    this.#services = services;
    this.mask = maskWith(log);
    this.open = new OpenStreams((caller) => services.sessions.isLive(caller));
    this.plugins = [
      useEngine({ parse, validate, execute }) as unknown as GraphQLPlugin,
      useSchema(schema) as unknown as GraphQLPlugin,
      useDocumentLimits(),
      useDocumentCache(),
      useErrorCodes(this.mask),
      useRepeatable(),
      useSharedExecution(this.mask),
      useOpenStreams(this.open, subscriptionsPerKey),
    ];
    // Yoga brings the rules itself; given twice, each mistake would be told twice.
    this.#getEnveloped = envelop({ plugins: [useEngine({ specifiedRules }), ...this.plugins] as never });
  }

  /** Which kind of operation it is; null where that cannot be told. */
  kindOf({ query, operationName }: Operation): OperationTypeNode | null {
    try {
      const { parse: read } = this.#getEnveloped({});
      return getOperationAST(read(query) as DocumentNode, operationName)?.operation ?? null;
    } catch {
      return null;
    }
  }

  /** With `isReading` a mutation is refused. Never throws. */
  async perform(operation: Operation, caller: Caller, { isReading = false } = {}): Promise<Outcome> {
    try {
      return await this.#perform(operation, caller, isReading);
    } catch (error) {
      return { errors: [this.mask(error)] };
    }
  }

  async #perform(
    { query, variables, operationName }: Operation,
    caller: Caller,
    isReading: boolean,
  ): Promise<Outcome> {
    const context = { services: this.#services, caller, onEnd: [] };
    const enveloped = this.#getEnveloped(context);
    const document = enveloped.parse(query) as DocumentNode;
    const errors = enveloped.validate(enveloped.schema, document);
    if (errors.length > 0) return { errors };
    const kind = getOperationAST(document, operationName)?.operation;
    if (kind === undefined) return { errors: [NO_OPERATION] };
    if (kind === 'mutation' && isReading) return { errors: [MUTATION_BY_GET] };
    const args = {
      schema: enveloped.schema,
      document,
      contextValue: await enveloped.contextFactory(),
      variableValues: variables ?? undefined,
      operationName: operationName ?? undefined,
    };
    return kind === 'subscription' ? enveloped.subscribe(args) : enveloped.execute(args);
  }
}

const NO_OPERATION = new GraphQLError('It is not clear which operation is meant.', {
  extensions: {
    code: 'BAD_USER_INPUT',
    nextAction: 'Name one of the operations of the document in "operationName".',
  },
});

const MUTATION_BY_GET = new GraphQLError('A GET changes nothing.', {
  extensions: { code: 'METHOD_NOT_ALLOWED', nextAction: 'Send mutations with POST.' },
});
