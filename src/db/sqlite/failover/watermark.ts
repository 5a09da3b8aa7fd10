import { findLastLink } from '../../audit/audit-chain.ts';
import type { Link } from '../../audit/audit-head.ts';
import { databaseCode } from '../../database-error.ts';
import { findLastEventId } from '../../queries/events.ts';
import type { Queryable } from '../../queryable.ts';
import { readAuditKey } from '../../secrets/sealed-values.ts';
import type { Vault } from '../../secrets/vault.ts';
import { FileChanged } from '../files/file-identity.ts';

/** Which database a file holds and how much was stored in it: one that has less is an earlier copy. */
export interface Watermark {
  readonly auditKey: string | null;
  readonly lastLink: Link;
  readonly lastEventId: number;
  readonly versions: ReadonlyMap<string, number>;
}

export const readWatermark = async (db: Queryable, vault: Vault): Promise<Watermark> => ({
  auditKey: await readAuditKey(db, vault),
  lastLink: await findLastLink(db),
  lastEventId: await findLastEventId(db),
  versions: new Map(
    (await db.selectFrom('vega_token_versions').selectAll().execute()).map(
      ({ account_number, api_name, version }) => [`${account_number} ${api_name}`, version],
    ),
  ),
});

/** Throws `FileChanged` for a file of another database, and for one that lacks what was stored already. */
export const refuseOther = async (db: Queryable, vault: Vault, before: Watermark): Promise<void> => {
  const present = await readIfOurs(db, vault);
  if (present === null || present.auditKey !== before.auditKey) throw new FileChanged('DATABASE_FOREIGN');
  const { sequence } = before.lastLink;
  const isOlder =
    (sequence > 0 && !(await goesOnFrom(db, before.lastLink))) ||
    present.lastEventId < before.lastEventId ||
    // Tokens are written together with entries: where those are there, a lower version is that of an account made anew.
    (sequence === 0 &&
      [...present.versions].some(([name, version]) => version < (before.versions.get(name) ?? 0)));
  if (isOlder) throw new FileChanged('DATABASE_OLDER');
};

/** Whether the audit has that very entry; false also where there is none, or no audit. */
export const goesOnFrom = async (db: Queryable, { sequence, hash }: Link): Promise<boolean> => {
  const entries = db.selectFrom('vega_audit_entries').select('hash').where('sequence', '=', sequence);
  const entry = await unlessStrange(() => entries.executeTakeFirst());
  return entry?.hash === hash;
};

/** Null where the tables are not those of this program, or are sealed with a key that is not at hand. */
const readIfOurs = (db: Queryable, vault: Vault): Promise<Watermark | null> =>
  unlessStrange(() => readWatermark(db, vault));

const unlessStrange = async <Found>(read: () => Promise<Found>): Promise<Found | null> => {
  try {
    return await read();
  } catch (error) {
    if (/^SQLITE_(?!ERROR)/.test(databaseCode(error))) throw error;
    return null;
  }
};
