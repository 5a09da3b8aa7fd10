import { GraphQLError } from 'graphql';
import { Refusal } from '../domain/refusal.ts';
import { refusalOfDatabase } from '../services/storage/unavailable.ts';

/** The one place where a refusal becomes an answer. Everything that is not a refusal is masked by the server. */
export const toGraphQLError = (error: unknown): GraphQLError | null => {
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const refusal = cause instanceof Refusal ? cause : refusalOfDatabase(cause);
  if (refusal !== null) {
    const { code, message, nextAction, retryableAt } = refusal;
    return new GraphQLError(message, {
      ...place(error),
      extensions: {
        ...{ code, nextAction },
        ...(code === 'BAD_USER_INPUT' ? { issues: [{ path: [], message }] } : {}),
        ...(retryableAt === null ? {} : { retryableAt: retryableAt.toISOString() }),
      },
    });
  }
  if (!(cause instanceof GraphQLError)) return null;
  const known = error as GraphQLError;
  return isOurFault(known) ? null : withInputCode(known);
};

/** A document whose values do not fit their types is bad input, like bad variables. */
export const withInputCode = (error: GraphQLError): GraphQLError =>
  isAboutInput(error) ? asBadInput(error) : error;

/** What a resolver answered does not fit the schema: nobody has sent it. */
const isOurFault = ({ path, extensions, message }: GraphQLError): boolean =>
  path !== undefined && extensions.code === undefined && !message.startsWith('Argument "');

/**
 * The library quotes what it was given, and what it was given may be a PIN. A variable's error holds the one of the value in
 * it, so that nothing of the value itself has to be read.
 */
const withoutValues = ({ message, originalError }: GraphQLError): string => {
  const variable = /^Variable "\$\w+"/.exec(message)?.[0];
  if (variable === undefined || originalError === undefined) return withoutValue(message);
  const head = message.slice(0, -originalError.message.length - 2);
  const place = / at "[\w.[\]]+"$/.exec(head.slice(-1000))?.[0] ?? '';
  return `${variable} got an invalid value${place}; ${withoutValue(originalError.message)}`;
};

/** Anchored, because the value may be a megabyte of whatever a pattern would look for. */
const withoutValue = (message: string): string =>
  message
    .replace(/^((?:\w+|Enum "\w+") cannot represent (?:a )?(?:non[- ][\w -]+ )?value): .*$/s, '$1.')
    .replace(/^(Expected value of type "[^"]+"), found .*$/s, '$1.')
    .replace(/^(Argument "\w+" has invalid value) .*$/s, '$1.')
    .replace(/^Value ".*" (does not exist in "\w+" enum\.)/s, 'Value $1');

/** The library's own words for a value that does not fit its type; it gives them no code. */
const INPUT_MESSAGES = [
  /^(?:Value|Enum|Argument) "/,
  /^Variable "\$\w+" (?:got invalid value|of (?:required|non-null) type) /,
  /^Expected (?:value of type|type|non-nullable type) "/,
  /^Field "[\w.]+" (?:of required type|is not defined by type|argument) /,
  /^(?:\w+|Enum "\w+") cannot represent /,
  /^Too many errors processing variables/,
];

const isAboutInput = ({ extensions, message }: GraphQLError): boolean =>
  extensions.code === undefined && INPUT_MESSAGES.some((pattern) => pattern.test(message));

const asBadInput = (error: GraphQLError): GraphQLError => {
  const message = withoutValues(error);
  return new GraphQLError(message, {
    ...place(error),
    extensions: {
      ...error.extensions,
      code: 'BAD_USER_INPUT',
      nextAction: 'Correct the value that the message names and send the request again.',
      issues: [{ path: [], message }],
    },
  });
};

const place = (error: unknown) => {
  if (!(error instanceof GraphQLError)) return {};
  const { nodes, source, positions, path } = error;
  return { nodes: nodes ?? null, source: source ?? null, positions: positions ?? null, path: path ?? null };
};
