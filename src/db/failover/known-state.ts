import { findLastLink } from '../audit/audit-chain.ts';
import type { Link } from '../audit/audit-head.ts';
import { sqliteCode } from '../connection.ts';
import { FileChanged } from '../files/file-identity.ts';
import { findLastEventId } from '../queries/events.ts';
import type { Queryable } from '../queryable.ts';
import { readAuditKey } from '../secrets/sealed-values.ts';
import type { Vault } from '../secrets/vault.ts';

/** How far a database had come when it was last read: one that has less is an earlier copy. */
export interface KnownState {
  readonly auditKey: string | null;
  readonly lastLink: Link;
  readonly lastEventId: number;
  readonly versions: ReadonlyMap<string, number>;
}

export const readKnownState = async (db: Queryable, vault: Vault): Promise<KnownState> => ({
  auditKey: await readAuditKey(db, vault),
  lastLink: await findLastLink(db),
  lastEventId: await findLastEventId(db),
  versions: new Map(
    (await db.selectFrom('vega_token_versions').selectAll().execute()).map(
      ({ account_number, api_name, version }) => [`${account_number} ${api_name}`, version],
    ),
  ),
});

/** Refuses a file that belongs to another database, and one that lacks what was stored already. */
export const refuseOther = async (db: Queryable, vault: Vault, known: KnownState): Promise<void> => {
  const state = await readState(db, vault);
  if (state === null || state.auditKey !== known.auditKey) throw new FileChanged('DATABASE_FOREIGN');
  const { sequence, hash } = known.lastLink;
  const entry =
    sequence === 0
      ? { hash }
      : await db
          .selectFrom('vega_audit_entries')
          .select('hash')
          .where('sequence', '=', sequence)
          .executeTakeFirst();
  const isOlder =
    entry?.hash !== hash ||
    state.lastEventId < known.lastEventId ||
    [...state.versions].some(([name, version]) => version < (known.versions.get(name) ?? 0));
  if (isOlder) throw new FileChanged('DATABASE_OLDER');
};

/** Null where the tables are not those of this program, or are sealed with a key that is not at hand. */
const readState = async (db: Queryable, vault: Vault): Promise<KnownState | null> => {
  try {
    return await readKnownState(db, vault);
  } catch (error) {
    if (/^SQLITE_(?!ERROR)/.test(sqliteCode(error))) throw error;
    return null;
  }
};
