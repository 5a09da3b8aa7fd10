export type { VegaEvent, VegaEventOf } from './bookmark.ts';
export {
  createVegaClient,
  type ReadyOptions,
  type TokenOptions,
  type VegaClient,
  type VegaClientOptions,
} from './client.ts';
export type { EventsOptions } from './events.ts';
export * from './gql/graphql.ts';
export type { RequestOptions, VegaMethods } from './methods.ts';
export type { HeldToken, Rotation } from './token-keeper.ts';
export { VegaError } from './vega-error.ts';
