import type { GraphQLSchema } from 'graphql';

export const GRAPHQL_PATH = '/graphql';

/** GraphiQL, of which nine megabytes are read when somebody opens it for the first time. */
export const graphiql = (schema: GraphQLSchema): ((request: Request) => Promise<Response>) => {
  let page: Promise<(request: Request) => Promise<Response>> | null = null;
  return async (request) => {
    page ??= import('./graphiql-page.ts').then(({ createGraphiqlPage }) =>
      createGraphiqlPage(schema, GRAPHQL_PATH),
    );
    return (await page)(request);
  };
};
