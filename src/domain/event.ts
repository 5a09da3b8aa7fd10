import type { TokenProgress } from './generation-run.ts';

/** Something that happened, before it has a place in the sequence. */
export type AuthHappening = { readonly kind: 'TOKEN_PROGRESS'; readonly progress: TokenProgress };

/** What is said beside the sequence: the connection is alive; history that was asked for is gone. */
export type AuthAside = { readonly kind: 'HEARTBEAT' } | { readonly kind: 'GAP' };

/** What a listener is told. The ids of happenings rise by one per server; an aside repeats the last one. */
export type AuthEvent = { readonly id: number; readonly at: Date; readonly accountId: string } & (
  | AuthHappening
  | AuthAside
);
