import type { Insertable } from 'kysely';
import type { AuditEntry } from '../domain/events/audit.ts';
import { withOwnNames } from './schema/former-names.ts';
import type { UpstoxTokensTable } from './schema/tables.ts';

type Value = string | number | null;

export interface TokenReplacement {
  readonly row: Insertable<UpstoxTokensTable> & { readonly user_id: number };
  readonly fingerprint: string;
}

/**
 * A change of a transaction as data, to be replayed on another copy of the database. Tokens and audit entries are kept
 * as such, because their statements depend on the rows that are there.
 */
export type Change =
  | { readonly kind: 'STATEMENT'; readonly sql: string; readonly parameters: readonly Value[] }
  | { readonly kind: 'TOKEN'; readonly replacement: TokenReplacement }
  | { readonly kind: 'AUDIT'; readonly entry: AuditEntry };

export const writeChanges = (changes: readonly Change[]): string => JSON.stringify(changes);

export const readChanges = (text: string): readonly Change[] =>
  (JSON.parse(text) as Change[]).map((change) => {
    if (change.kind === 'AUDIT')
      return { ...change, entry: { ...change.entry, at: new Date(change.entry.at) } };
    if (change.kind === 'STATEMENT') return { ...change, sql: withOwnNames(change.sql) };
    return change;
  });
