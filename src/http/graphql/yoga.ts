import { GraphQLError, type GraphQLSchema } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { RequestContext } from './context.ts';
import type { Operations } from './operations.ts';
import { GRAPHQL_PATH } from './paths.ts';

export type Yoga = YogaServerInstance<RequestContext, object>;

/** Yoga answers queries and mutations, and draws GraphiQL, of which nine megabytes are read when somebody opens it. */
export const createServer = (schema: GraphQLSchema, operations: Operations): Yoga =>
  createYoga<RequestContext>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    landingPage: false,
    cors: false,
    batching: false,
    multipart: false,
    logging: false,
    parserAndValidationCache: false,
    // Bodies are read, and limited, before they get here.
    maxRequestBodySize: false,
    maskedErrors: { isDev: false, maskError: operations.mask },
    renderGraphiQL: (async () => (await import('./graphiql-page.ts')).graphiqlPage()) as never,
    plugins: [...(operations.plugins as unknown as Plugin[]), useStreamsElsewhere()],
  }) as Yoga;

/** A subscription gets here when its client accepts no event stream. */
const useStreamsElsewhere = (): Plugin => ({
  onSubscribe: ({ setResultAndStopExecution }) => setResultAndStopExecution({ errors: [NOT_ACCEPTABLE] }),
});

const NOT_ACCEPTABLE = new GraphQLError('A subscription is answered with an event stream.', {
  extensions: {
    code: 'NOT_ACCEPTABLE',
    nextAction: 'Accept text/event-stream.',
    http: { status: 406 },
  },
});
