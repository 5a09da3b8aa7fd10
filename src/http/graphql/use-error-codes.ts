import { type ExecutionResult, GraphQLError } from 'graphql';
import { toGraphQLError, withInputCode } from '../../graphql/errors.ts';
import type { Logger } from '../../log.ts';
import type { GraphQLPlugin } from './context.ts';

/** The error as a client may see it: with a code and with what to do. */
export type Mask = (error: unknown) => GraphQLError;

/** Gives every error a code and says what to do; what nobody foresaw is logged here and told to nobody. */
export const useErrorCodes = (mask: Mask): GraphQLPlugin => ({
  onParse:
    () =>
    ({ result, replaceParseResult }) => {
      if (result instanceof Error) replaceParseResult(coded(mask(result), 'GRAPHQL_PARSE_FAILED') as never);
    },
  onValidate:
    () =>
    ({ valid, result, setResult }) => {
      if (!valid) setResult(result.map((error) => coded(mask(error), 'GRAPHQL_VALIDATION_FAILED')));
    },
  onExecute: () => ({
    onExecuteDone: ({ result, setResult }) => {
      if (!(Symbol.asyncIterator in result)) setResult(masked(result, mask));
    },
  }),
});

export const masked = (result: ExecutionResult, mask: Mask): ExecutionResult =>
  result.errors === undefined ? result : { ...result, errors: result.errors.map(mask) };

export const maskWith =
  (log: Logger): Mask =>
  (error) => {
    const known = toGraphQLError(error);
    if (known !== null) return coded(known);
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
};

const ADVICE: Readonly<Record<string, string>> = {
  BAD_REQUEST: 'Send one JSON object with "query" and, where needed, "variables" and "operationName".',
  METHOD_NOT_ALLOWED: 'Send a POST.',
  BAD_USER_INPUT: 'Name one of the operations of the document in "operationName".',
  GRAPHQL_PARSE_FAILED: 'Correct the document where `locations` points to.',
  GRAPHQL_VALIDATION_FAILED: 'Correct the document where `locations` points to.',
};

/** Adds to an error of a library what it lacks; `fallback` is its code where it has none. */
const coded = (error: GraphQLError, fallback?: string): GraphQLError => {
  const known = withInputCode(error);
  const { extensions } = known;
  if (extensions.nextAction !== undefined) return known;
  const { status = 0 } = (extensions.http ?? {}) as { readonly status?: number };
  const own = extensions.code === 'OPERATION_RESOLUTION_FAILURE' ? 'BAD_USER_INPUT' : CODES_OF_YOGA[status];
  const code = own ?? extensions.code ?? fallback;
  const nextAction = ADVICE[String(code)];
  if (nextAction !== undefined) Object.assign(extensions, { code, nextAction });
  // Of a body that is no JSON the library's own error quotes all of it.
  delete extensions.originalError;
  return known;
};
