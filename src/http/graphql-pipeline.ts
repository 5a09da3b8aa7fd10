import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { Context } from '../graphql/context.ts';
import { toGraphQLError, withInputCode } from '../graphql/errors.ts';
import type { Logger } from '../log.ts';
import { EventReader } from '../services/events/event-reader.ts';
import { DocumentCache } from './document-cache.ts';
import { DOCUMENT_LIMITS, limitDocument, tooComplex } from './document-limits.ts';
import type { GraphQLParams } from './graphql-params.ts';

/** An operation that may be run. */
export interface Prepared {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** From the text of a document to its result. Knows nothing of HTTP. */
export class GraphQLPipeline {
  readonly #schema: GraphQLSchema;
  readonly #log: Logger;
  readonly #documents = new DocumentCache();

  constructor(schema: GraphQLSchema, log: Logger) {
    this.#schema = schema;
    this.#log = log;
  }

  prepare({ query, operationName }: GraphQLParams): Prepared | { readonly errors: readonly GraphQLError[] } {
    const document = this.#read(query);
    if (Array.isArray(document)) return { errors: document };
    const operation = getOperationAST(document as DocumentNode, operationName);
    if (operation != null) return { document: document as DocumentNode, operation };
    return { errors: [new GraphQLError(noOperation(operationName), { extensions: BAD_INPUT })] };
  }

  /** Runs a query or a mutation. */
  async run(prepared: Prepared, params: GraphQLParams, context: Context): Promise<ExecutionResult> {
    return this.#masked(await execute(this.#arguments(prepared, params, context)));
  }

  /** Begins a subscription. */
  async follow(
    prepared: Prepared,
    params: GraphQLParams,
    context: Context,
  ): Promise<EventReader | ExecutionResult> {
    try {
      const source = await createSourceEventStream(this.#arguments(prepared, params, context));
      if (source instanceof EventReader) return source;
      if ('errors' in source) return this.#masked(source);
      throw new Error('A subscription has to follow events.');
    } catch (error) {
      return { errors: [maskError(error, this.#log)] };
    }
  }

  /** What a subscription says about one event. */
  tell(
    prepared: Prepared,
    params: GraphQLParams,
    context: Context,
    event: unknown,
  ): ExecutionResult | Promise<ExecutionResult> {
    const result = execute({ ...this.#arguments(prepared, params, context), rootValue: event });
    return result instanceof Promise ? result.then((known) => this.#masked(known)) : this.#masked(result);
  }

  #read(query: string): DocumentNode | GraphQLError[] {
    const known = this.#documents.get(query);
    if (known !== undefined) return known;
    try {
      const document = parseWithin(query);
      const errors = validate(this.#schema, document, RULES);
      // Bad values in a document have the code that bad variables have.
      if (errors.length > 0)
        return errors.map(withInputCode).map((error) => withDocumentCode(error, 'GRAPHQL_VALIDATION_FAILED'));
      this.#documents.set(query, document);
      return document;
    } catch (error) {
      return [withDocumentCode(maskError(error, this.#log), 'GRAPHQL_PARSE_FAILED')];
    }
  }

  #arguments(
    { document }: Prepared,
    { variables, operationName }: GraphQLParams,
    contextValue: Context,
  ): ExecutionArgs {
    return {
      schema: this.#schema,
      document,
      contextValue,
      variableValues: variables ?? null,
      operationName: operationName ?? null,
    };
  }

  #masked(result: ExecutionResult): ExecutionResult {
    if (result.errors === undefined) return result;
    return { ...result, errors: result.errors.map((error) => maskError(error, this.#log)) };
  }
}

const BAD_INPUT = {
  code: 'BAD_USER_INPUT',
  nextAction: 'Name one of the operations of the document in "operationName".',
};

const noOperation = (name: string | undefined): string =>
  name === undefined
    ? 'It is not clear which operation is meant.'
    : `The document has no operation ${JSON.stringify(name.slice(0, 100))}.`;

const maskError = (error: unknown, log: Logger): GraphQLError => {
  const known = toGraphQLError(error);
  if (known !== null) return withoutHttp(known);
  log.error({ err: error }, 'a request failed');
  return new GraphQLError('Unexpected error.', {
    extensions: {
      code: 'INTERNAL_SERVER_ERROR',
      nextAction: 'Look into the log of vega-auth, then try again.',
    },
  });
};

const parseWithin = (query: string): DocumentNode => {
  try {
    return parse(query, { maxTokens: DOCUMENT_LIMITS.tokens });
  } catch (error) {
    throw error instanceof GraphQLError && /more tha\w \d+ tokens/.test(error.message)
      ? tooComplex(`more than ${DOCUMENT_LIMITS.tokens} tokens`)
      : error;
  }
};

const RULES = [...specifiedRules, limitDocument];

/** What is wrong with the document itself. */
const withDocumentCode = (error: GraphQLError, code: string): GraphQLError =>
  error.extensions.code === undefined
    ? new GraphQLError(error.message, {
        nodes: error.nodes ?? null,
        source: error.source ?? null,
        positions: error.positions ?? null,
        extensions: { code, nextAction: 'Correct the document where `locations` points to.' },
      })
    : error;

/** Which status an error asks Yoga for is no business of the client's. */
const withoutHttp = (error: GraphQLError): GraphQLError => {
  const { http, ...extensions } = error.extensions;
  if (http === undefined) return error;
  const { message, nodes, source, positions, path, originalError } = error;
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    originalError: originalError ?? null,
    extensions,
  });
};
