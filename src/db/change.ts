import type { Insertable } from 'kysely';
import type { AuditEntry } from '../domain/audit.ts';
import { withOwnNames } from './schema/former-names.ts';
import type { UpstoxTokensTable } from './schema/tables.ts';

type Value = string | number | null;

/** A token as it is going to stand in the table, whatever stands there now. */
export interface TokenReplacement {
  readonly row: Insertable<UpstoxTokensTable> & { readonly user_id: number };
  readonly fingerprint: string;
}

/**
 * One thing that a transaction has done, as data: enough to do it again on another copy of the database. What depends
 * on the rows that it meets there, such as the place in the audit's chain, is kept as what was meant.
 */
export type Change =
  | { readonly kind: 'STATEMENT'; readonly sql: string; readonly parameters: readonly Value[] }
  | { readonly kind: 'TOKEN'; readonly replacement: TokenReplacement }
  | { readonly kind: 'AUDIT'; readonly entry: AuditEntry };

/** What one transaction has changed, in order, as text for the spill file. */
export const writeChanges = (changes: readonly Change[]): string => JSON.stringify(changes);

export const readChanges = (text: string): readonly Change[] =>
  (JSON.parse(text) as Change[]).map((change) => {
    if (change.kind === 'AUDIT')
      return { ...change, entry: { ...change.entry, at: new Date(change.entry.at) } };
    if (change.kind === 'STATEMENT') return { ...change, sql: withOwnNames(change.sql) };
    return change;
  });
