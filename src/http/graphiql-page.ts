import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';

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

/** GraphiQL with everything it needs inside the page; the usual one would load it from another host. */
export const createGraphiqlPage = (
  schema: GraphQLSchema,
  graphqlEndpoint: string,
): ((request: Request) => Promise<Response>) => {
  const yoga = createYoga({
    schema,
    graphqlEndpoint,
    landingPage: false,
    cors: false,
    batching: false,
    logging: false,
    maskedErrors: { isDev: false },
    graphiql: { title: 'vega-auth', subscriptionsProtocol: 'SSE', defaultQuery: FIRST_QUERY },
    renderGraphiQL,
  });
  return async (request) => yoga.fetch(request);
};
