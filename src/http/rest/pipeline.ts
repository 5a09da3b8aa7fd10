import { type DocumentNode, type ExecutionResult, OperationTypeNode } from 'graphql';
import type { createGraphQLServer } from '../graphql-server.ts';

/** The way that every GraphQL request takes, without its HTTP. */
export type Pipeline = Pick<ReturnType<typeof createGraphQLServer>, 'getEnveloped'>;

/** A request of the mirror, as GraphQL sees it. */
export interface Operation {
  readonly source: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Whoever asks: what the server knows of the request, and the request itself. */
export interface Caller {
  readonly request: Request;
  readonly context: object;
}

/** Executes a document as its caller: the same rules, refusals and masks as at `/graphql`. */
export const runOperation = async (
  pipeline: Pipeline,
  { source, variables }: Operation,
  { request, context }: Caller,
): Promise<ExecutionResult | AsyncIterable<ExecutionResult>> => {
  const params = { query: source, variables: { ...variables } };
  const enveloped = pipeline.getEnveloped({ ...context, request, params } as never);
  const document: DocumentNode = enveloped.parse(source);
  const errors: ExecutionResult['errors'] = enveloped.validate(enveloped.schema, document);
  if (errors !== undefined && errors.length > 0) return { errors };
  const contextValue = await enveloped.contextFactory();
  const run = isSubscription(document) ? enveloped.subscribe : enveloped.execute;
  return run({ schema: enveloped.schema, document, contextValue, variableValues: { ...variables } });
};

const isSubscription = ({ definitions }: DocumentNode): boolean =>
  definitions.some(
    (definition) =>
      definition.kind === 'OperationDefinition' && definition.operation === OperationTypeNode.SUBSCRIPTION,
  );
