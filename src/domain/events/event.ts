import type { Account } from '../account/account.ts';
import type { ApiName } from '../account/api-name.ts';
import type { AuthState, Cooldown } from '../auth/auth-state.ts';
import type { CanaryReport } from '../canary/canary-report.ts';
import type { Readiness } from '../readiness/readiness.ts';
import type { TokenProgress } from '../run/generation-run.ts';
import type { StoredAuditEntry } from './audit.ts';
import type { DbRecovery } from './db-recovery.ts';

/** Something that happened, before it has a place in the sequence. */
export type EventPayload =
  | { readonly kind: 'AUTH_STATE'; readonly authState: AuthState }
  | { readonly kind: 'TOKEN_PROGRESS'; readonly progress: TokenProgress }
  | { readonly kind: 'COOLDOWN'; readonly cooldown: Cooldown }
  | { readonly kind: 'AUTH_CONFIRMED'; readonly confirmation: AuthConfirmed }
  | { readonly kind: 'TOKEN_STORED'; readonly stored: TokenVersion }
  | { readonly kind: 'DB_RECOVERY'; readonly recovery: DbRecovery }
  | { readonly kind: 'READINESS'; readonly readiness: Readiness }
  | { readonly kind: 'CANARY'; readonly report: CanaryReport }
  /** `from`: the account that was the active one before; undefined where an older version has kept it. */
  | { readonly kind: 'ACCOUNT_SWITCHED'; readonly account: Account; readonly from?: string | undefined }
  | { readonly kind: 'AUDIT'; readonly entry: StoredAuditEntry };

/** Which version of a token is the present one. */
export interface TokenVersion {
  readonly apiName: ApiName;
  readonly version: number;
}

/** Everything is confirmed; where a client goes now. */
export interface AuthConfirmed {
  readonly authenticated: boolean;
  readonly redirect: string;
}

/** The one thing there is to say when the gate opens. */
export const CONFIRMATION: AuthConfirmed = { authenticated: true, redirect: '/dashboard' };

/** What is said beside the sequence: the connection is alive; history that was asked for is gone. */
export type ControlEvent = { readonly kind: 'HEARTBEAT' } | { readonly kind: 'GAP' };

/** What happened, before it has an id. Without an account it concerns all of them. */
export type EventDraft = { readonly at: Date; readonly accountId: string | null } & EventPayload;

/** An event as it is stored. The ids of a database's events rise by one. */
export type StoredEvent = { readonly id: number } & EventDraft;

/** What a listener is told. The ids of stored events rise by one; a control event repeats the last one. */
export type AuthEvent = { readonly id: number; readonly at: Date; readonly accountId: string } & (
  | EventPayload
  | ControlEvent
);
