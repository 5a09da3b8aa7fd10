import type { ApiName } from '../account/api-name.ts';
import type { Act, AuditComponent, Severity } from './act.ts';
import { DESK_ACTS } from './desk-acts.ts';
import { LOGIN_ACTS } from './login-acts.ts';
import { STORAGE_ACTS } from './storage-acts.ts';

/** The vocabulary: every act that is written down, the facts that are told of it, and how. No fact is ever a secret's value. */
const ACTS = { ...LOGIN_ACTS, ...DESK_ACTS, ...STORAGE_ACTS };

export type AuditKind = keyof typeof ACTS;

export type FactsOf<Kind extends AuditKind> = Parameters<(typeof ACTS)[Kind]['says']>[0];

/** @internal Every kind; tests go through them. */
export const AUDIT_KINDS = Object.keys(ACTS) as readonly AuditKind[];

/** Whom and what an act concerns. */
export interface AuditReference {
  readonly accountId?: string | null;
  readonly apiName?: ApiName | null;
  /** Ties together what belongs together: the run, or the request. */
  readonly correlationId?: string | null;
}

/** One act, before it has its place in the chain. */
export interface AuditEntry {
  /** Tells one act from another: written twice, it counts once. */
  readonly key: string;
  readonly at: Date;
  readonly kind: AuditKind;
  readonly severity: Severity;
  readonly component: AuditComponent;
  readonly message: string;
  readonly accountId: string | null;
  readonly apiName: ApiName | null;
  readonly correlationId: string | null;
}

/** An entry at its place; ids rise by one. */
export interface StoredAuditEntry extends AuditEntry {
  readonly id: number;
}

export const toAuditEntry = <Kind extends AuditKind>(
  kind: Kind,
  facts: FactsOf<Kind>,
  { accountId = null, apiName = null, correlationId = null }: AuditReference,
  key: string,
  at: Date,
): AuditEntry => {
  const { severity, component, says } = ACTS[kind] as Act<FactsOf<Kind>>;
  const message = storable(says(facts));
  return { key, at, kind, severity, component, message, accountId, apiName, correlationId };
};

/** Half a character and NUL would be stored as something else, or not at all, and the hash would not fit the entry. */
const storable = (text: string): string =>
  text.replaceAll(/\p{Surrogate}/gu, '\u{fffd}').replaceAll('\0', '\u{fffd}');

/** What a look at the whole chain has found. */
export interface AuditVerification {
  readonly valid: boolean;
  /** How many entries were looked at. */
  readonly entries: number;
  /** The place of the first entry that was edited, moved or is missing; null where none can be named. */
  readonly firstBadId: number | null;
  readonly reason: string | null;
}
