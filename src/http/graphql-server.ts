import { GraphQLError, type GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Context } from '../graphql/builder.ts';
import { toGraphQLError, withInputCode } from '../graphql/errors.ts';
import type { Logger } from '../log.ts';

export const GRAPHQL_PATH = '/graphql';

const MAX_BODY_BYTES = 1_000_000;

const FIRST_QUERY = `# Is everything there?
query Tokens {
  tokens { apiName verdict expiresAt fingerprint }
}

# Make what is missing.
mutation Generate {
  generateTokens(mode: INVALID_ONLY) { id status }
}

# Watch it.
subscription Progress {
  tokenProgress { generated total current step missing }
}
`;

/** GraphQL over HTTP, subscriptions over server-sent events, and GraphiQL for browsers. Checks no key. */
export const createGraphQLServer = (schema: GraphQLSchema, context: Context, log: Logger) =>
  createYoga<object, Context>({
    schema,
    context,
    graphqlEndpoint: GRAPHQL_PATH,
    landingPage: false,
    cors: false,
    batching: false,
    maxRequestBodySize: MAX_BODY_BYTES,
    logging: false,
    maskedErrors: { isDev: false, maskError: (error, message) => maskError(error, message, log) },
    graphiql: { title: 'vega-auth', subscriptionsProtocol: 'SSE', defaultQuery: FIRST_QUERY },
    // Nine megabytes of page, read only when somebody opens it; the usual one would load from another host.
    renderGraphiQL: async (options) =>
      (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options),
    plugins: [useInputCodes()],
  });

const maskError = (error: unknown, message: string, log: Logger): Error => {
  const known = toGraphQLError(error);
  if (known !== null) return known;
  log.error({ err: error }, 'a request failed');
  return new GraphQLError(message, { extensions: { code: 'INTERNAL_SERVER_ERROR' } });
};

/** Gives bad values in a document the code that bad variables have. */
const useInputCodes = (): Plugin => ({
  onValidate:
    () =>
    ({ valid, result, setResult }) => {
      if (!valid)
        setResult(result.map((error) => (error instanceof GraphQLError ? withInputCode(error) : error)));
    },
});
