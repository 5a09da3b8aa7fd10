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
  return cause instanceof GraphQLError ? withInputCode(cause) : null;
};

/** A document whose values do not fit their types is bad input, like bad variables. */
export const withInputCode = (error: GraphQLError): GraphQLError =>
  isAboutInput(error) ? asBadInput(error) : error;

/** The library quotes what it was given, and what it was given may be a PIN. */
const withoutValues = (message: string): string =>
  message
    .replace(QUOTED_VARIABLE, (_whole, variable: string, place: string | undefined, why: string) =>
      [variable, 'got an invalid value', place].filter(Boolean).join(' ').concat('; ', why),
    )
    .replace(/(cannot represent (?:a )?non[- ].*? value): .*$/s, '$1.')
    .replace(/^(Expected value of type "[^"]+"), found .*$/s, '$1.');

/** Whatever the value holds, of all that could be the reason behind it the last one is taken. */
const QUOTED_VARIABLE =
  /^(Variable "\$\w+") got invalid value .*?(?:(at "[\w.[\]]+"))?; ((?:Field "|Expected |\w+ cannot represent |Value "|Enum ")(?!.*; (?:Field "|Expected |\w+ cannot represent |Value "|Enum ")).*)$/s;

/** The library's own words for a value that does not fit its type; it gives them no code. */
const INPUT_MESSAGES =
  /^(Value|Variable|Enum|Expected value|Expected type|Expected non-nullable type|Argument|Field) .*|cannot represent|got invalid value/;

const isAboutInput = (error: GraphQLError): boolean =>
  error.extensions.code === undefined && INPUT_MESSAGES.test(error.message);

const asBadInput = (error: GraphQLError): GraphQLError => {
  const message = withoutValues(error.message);
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
