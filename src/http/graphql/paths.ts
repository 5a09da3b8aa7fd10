/** Where queries, mutations and distinct event streams are answered, and GraphiQL is shown. */
export const GRAPHQL_PATH = '/graphql';
/** Where single connections are reserved, opened and filled. */
export const STREAM_PATH = `${GRAPHQL_PATH}/stream`;
