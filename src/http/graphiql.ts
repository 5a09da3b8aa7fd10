import type { GraphiQLOptions } from 'graphql-yoga';

export const GRAPHQL_PATH = '/graphql';

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

export const GRAPHIQL_OPTIONS: GraphiQLOptions = {
  title: 'vega-auth',
  subscriptionsProtocol: 'SSE',
  defaultQuery: FIRST_QUERY,
};

/** Nine megabytes of page, read only when somebody opens it; the usual one would load from another host. */
export const renderGraphiQL = async (options?: GraphiQLOptions): Promise<BodyInit> =>
  (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options);
