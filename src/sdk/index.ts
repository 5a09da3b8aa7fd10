export { createVegaClient, type VegaClient, type VegaClientOptions } from './client.ts';
export * from './gql/graphql.ts';
export { VegaError } from './vega-error.ts';
