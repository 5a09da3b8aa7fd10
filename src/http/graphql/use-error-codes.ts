import { type ExecutionResult, GraphQLError } from 'graphql';
import { toGraphQLError, withInputCode } from '../../graphql/errors.ts';
import type { Logger } from '../../log.ts';
import type { GraphQLPlugin } from './context.ts';

/** Gives every error a code and says what to do; what nobody foresaw is logged here and told to nobody. */
export const useErrorCodes = (log: Logger): GraphQLPlugin => {
  const mask = maskWith(log);
  const masked = (result: ExecutionResult): ExecutionResult =>
    result.errors === undefined ? result : { ...result, errors: result.errors.map(mask) };
  return {
    onParse:
      () =>
      ({ result, replaceParseResult }) => {
        if (result instanceof Error)
          replaceParseResult(withCode(mask(result), 'GRAPHQL_PARSE_FAILED') as never);
      },
    onValidate:
      () =>
      ({ valid, result, setResult }) => {
        if (valid) return;
        setResult(result.map((error) => withCode(mask(error), 'GRAPHQL_VALIDATION_FAILED')));
      },
    onExecute: () => ({
      onExecuteDone: ({ result, setResult }) => {
        if (!(Symbol.asyncIterator in result)) setResult(masked(result));
      },
    }),
  };
};

/** The error as a client may see it. */
export const maskWith =
  (log: Logger) =>
  (error: unknown): GraphQLError => {
    const known = toGraphQLError(error);
    if (known !== null) return withAdvice(known);
    log.error({ err: error }, 'a request failed');
    return new GraphQLError('Unexpected error.', {
      extensions: {
        code: 'INTERNAL_SERVER_ERROR',
        nextAction: 'Look into the log of vega-auth, then try again.',
      },
    });
  };

/** What Yoga refuses before anything is executed, by the status that it gives it. */
const CODES_OF_YOGA: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  405: 'METHOD_NOT_ALLOWED',
  413: 'TOO_LARGE',
};

const CORRECT_DOCUMENT = 'Correct the document where `locations` points to.';
const ADVICE: Readonly<Record<string, string>> = {
  BAD_REQUEST: 'Send one JSON object with "query" and, where needed, "variables" and "operationName".',
  METHOD_NOT_ALLOWED: 'Send a POST.',
  TOO_LARGE: 'Send less at once.',
  BAD_USER_INPUT: 'Name one of the operations of the document in "operationName".',
  GRAPHQL_PARSE_FAILED: CORRECT_DOCUMENT,
  GRAPHQL_VALIDATION_FAILED: CORRECT_DOCUMENT,
};

const withAdvice = (error: GraphQLError): GraphQLError => {
  const { code, http, nextAction } = error.extensions;
  if (nextAction !== undefined) return error;
  const ofYoga = CODES_OF_YOGA[(http as { status?: number } | undefined)?.status ?? 0];
  const known = code === 'OPERATION_RESOLUTION_FAILURE' ? 'BAD_USER_INPUT' : (ofYoga ?? code);
  const advice = ADVICE[String(known)];
  return advice === undefined ? error : copyOf(error, { code: known, nextAction: advice });
};

const withCode = (error: GraphQLError, code: string): GraphQLError => {
  const known = withInputCode(error);
  return known.extensions.code === undefined ? copyOf(known, { code, nextAction: ADVICE[code] }) : known;
};

const copyOf = (
  { message, nodes, source, positions, path, originalError, extensions }: GraphQLError,
  added: object,
): GraphQLError =>
  new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    originalError: originalError ?? null,
    // Of a body that is no JSON the library's own error quotes all of it.
    extensions: { ...extensions, originalError: undefined, ...added },
  });
