import type { Queryable } from '../queryable.ts';

/** A browser that is logged in. */
export interface SessionRecord {
  readonly secretHash: string;
  /** The key that it was opened with; null for a link of the operator. */
  readonly keyId: string | null;
  readonly endsAt: Date;
}

/** Stores a session, and deletes those that have ended. */
export const insertSession = async (
  trx: Queryable,
  { secretHash, keyId, endsAt }: SessionRecord,
  now: Date,
): Promise<void> => {
  await trx.deleteFrom('vega_sessions').where('ends_at', '<=', now.getTime()).execute();
  await trx
    .insertInto('vega_sessions')
    .values({ secret_hash: secretHash, key_id: keyId, ends_at: endsAt.getTime() })
    .execute();
};

export const findSessions = async (db: Queryable): Promise<readonly SessionRecord[]> => {
  const rows = await db.selectFrom('vega_sessions').selectAll().execute();
  return rows.map((row) => ({
    secretHash: row.secret_hash,
    keyId: row.key_id,
    endsAt: new Date(row.ends_at),
  }));
};

export const deleteSessions = async (trx: Queryable, hashes: readonly string[]): Promise<void> => {
  if (hashes.length === 0) return;
  await trx.deleteFrom('vega_sessions').where('secret_hash', 'in', hashes).execute();
};
