import type { Insertable } from 'kysely';
import type { Account } from '../domain/account/account.ts';
import type { ApiName } from '../domain/account/api-name.ts';
import type { AuthRecord } from '../domain/auth/auth-state.ts';
import type { AuditEntry, AuditReference } from '../domain/events/audit.ts';
import type { HeldToken } from '../domain/role/held-token.ts';
import type { AcquisitionKey } from '../domain/run/acquisition.ts';
import type { GenerationRun } from '../domain/run/generation-run.ts';
import { Secret } from '../domain/secret.ts';
import type { NewToken } from '../domain/token/token.ts';
import { withOwnNames } from './schema/former-names.ts';
import type { UpstoxTokensTable } from './schema/tables.ts';

type Value = string | number | null;

export interface TokenReplacement {
  readonly row: Insertable<UpstoxTokensTable> & { readonly user_id: number };
  readonly fingerprint: string;
  /** That of the token it took the place of; null where there was none, and left out where that is not known. */
  readonly replaced?: string | null;
}

/** What its audit entry says beside the token: `key` is that of the entry, which is written once. */
interface TokenOrigin {
  readonly account: Pick<Account, 'id' | 'number'>;
  readonly reference: AuditReference;
  readonly key: string;
  readonly at: Date;
}

/** A token that the broker has issued, made of what was known without the database. */
export interface IssuedTokenChange extends TokenOrigin {
  readonly kind: 'ISSUED_TOKEN';
  readonly token: NewToken;
}

/** A token that came along with another one, and lives for a year. */
export interface HeldTokenChange extends TokenOrigin {
  readonly kind: 'HELD_TOKEN';
  readonly token: Omit<HeldToken, 'claims' | 'version' | 'isInTokenTable'>;
}

/** How far a run has come. It counts while nobody else has taken the run over. */
export interface RunChange {
  readonly kind: 'RUN';
  readonly run: GenerationRun;
  /** The step that has changed; null for all of them. */
  readonly apiName: ApiName | null;
}

/** A cooldown or a quarantine. It never shortens what is there already. */
export interface RestChange {
  readonly kind: 'REST';
  readonly accountId: string;
  readonly rest: Partial<Pick<AuthRecord, 'cooldown' | 'quarantinedAt'>>;
}

/** What was waited for has come. */
export interface AcquisitionChange extends AcquisitionKey {
  readonly kind: 'ACQUISITION';
  readonly at: Date;
}

/** What can be said without reading: it is replayed with a look at what is there then. */
export type Fact =
  | IssuedTokenChange
  | HeldTokenChange
  | RunChange
  | RestChange
  | AcquisitionChange
  | AuditChange;

interface AuditChange {
  readonly kind: 'AUDIT';
  readonly entry: AuditEntry;
}

/** Who has made the changes that follow in the transaction: the process, and its lease where it needs one. */
export interface Maker {
  readonly kind: 'MAKER';
  readonly process: { readonly id: number; readonly birth: string | null };
  readonly epoch: number | null;
}

/**
 * A change of a transaction as data, to be replayed on another copy of the database. Tokens and audit entries are kept
 * as such, because their statements depend on the rows that are there.
 */
export type Change =
  | { readonly kind: 'STATEMENT'; readonly sql: string; readonly parameters: readonly Value[] }
  | { readonly kind: 'TOKEN'; readonly replacement: TokenReplacement }
  | Fact
  | Maker;

export const isFact = (change: Change): change is Fact =>
  change.kind !== 'STATEMENT' && change.kind !== 'TOKEN' && change.kind !== 'MAKER';

/** Readable secrets: the text has to be sealed before it leaves the memory. */
export const writeChanges = (changes: readonly Change[]): string =>
  JSON.stringify(changes.map((change) => (WRITTEN_AS_IS.includes(change.kind) ? change : tagged(change))));

/** An older version writes and reads these. */
const WRITTEN_AS_IS: readonly Change['kind'][] = ['STATEMENT', 'TOKEN', 'AUDIT'];

export const readChanges = (text: string): readonly Change[] =>
  (JSON.parse(text, (_key, value: unknown) => untagged(value)) as Change[]).flatMap((change) => {
    if (change.kind === 'AUDIT')
      return { ...change, entry: { ...change.entry, at: new Date(change.entry.at) } };
    if (change.kind === 'STATEMENT') return { ...change, sql: withOwnNames(change.sql) };
    // An older version named it by a number, which may be that of another one by now.
    if (change.kind === 'ACQUISITION' && !('runId' in change)) return [];
    return change;
  });

const tagged = (value: unknown): unknown => {
  if (value instanceof Date) return { $date: value.getTime() };
  if (value instanceof Secret) return { $secret: value.reveal() };
  if (Array.isArray(value)) return value.map(tagged);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, tagged(part)]));
};

const untagged = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if ('$date' in value) return new Date(Number(value.$date));
  return '$secret' in value ? new Secret(String(value.$secret)) : value;
};
