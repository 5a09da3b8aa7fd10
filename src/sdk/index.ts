export type { VegaEvent, VegaEventOf } from './bookmark.ts';
export { createVegaClient, type VegaClient, type VegaClientOptions } from './client.ts';
export type { EventsOptions } from './events.ts';
export * from './gql/graphql.ts';
export type { RequestOptions, VegaMethods } from './methods.ts';
export { VegaError } from './vega-error.ts';
