import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import type Sqlite from 'better-sqlite3';
import type { Selectable } from 'kysely';
import { Secret } from '../../domain/secret.ts';
import { isBusy } from '../connection.ts';
import { Database } from '../database.ts';
import { DatabaseError } from '../database-error.ts';
import { copyToDraft } from '../files/drafts.ts';
import { syncToDisk } from '../files/sync-to-disk.ts';
import type { DatabaseOptions } from '../opening.ts';
import { makeUpForToken } from '../queries/token-replacement.ts';
import type { UpstoxTokensTable } from '../schema/tables.ts';
import { fingerprint } from '../secrets/fingerprint.ts';
import { masterKeyIds } from '../secrets/master-key.ts';
import { isSealed, tokenPlace } from '../secrets/vault.ts';
import { withConnection } from '../with-connection.ts';
import { faultOf, findNewestGoodBackup, sweepBackupDrafts } from './backups.ts';

export interface Restored {
  /** The backup that took the place of the database. */
  readonly from: string;
  /** Where the file that lay there before lies now; null when there was none. */
  readonly setAside: string | null;
  /** Tokens that could still be read there and are newer than the backup's; they are in the database again. */
  readonly tokens: number;
}

/**
 * Puts a backup in the place of the database: the newest good one, or the one that is named. What lay there is set
 * aside, never removed, and tokens in it that can still be read are taken over. Refused while anybody uses the
 * database, and with a backup that is not sound.
 */
export const restoreBackup = async (
  options: DatabaseOptions,
  wanted: string | null,
  along: (database: Database, restored: Restored) => Promise<void>,
): Promise<Restored> => {
  const { file, now } = options;
  const keyIds = masterKeyIds(options.masterKey);
  const from = wanted ?? findNewestGoodBackup(file, keyIds);
  if (from === null)
    throw new DatabaseError(
      file,
      `There is no good backup of ${file}. Name one with --from. Nothing was changed.`,
    );
  const fault = faultOf(from, keyIds);
  if (fault !== null)
    throw new DatabaseError(file, `The backup ${from} cannot be restored: ${fault}. Nothing was changed.`);
  refuseInUse(file);
  sweepBackupDrafts(file);
  // On the disk as a whole before anything is moved.
  const draft = copyToDraft(from, file);
  const aside = `${file}.before-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
  const setAside = existsSync(file) ? aside : null;
  // Also the log of a database that was deleted: SQLite would replay it into the backup.
  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(`${file}${suffix}`)) renameSync(`${file}${suffix}`, `${aside}${suffix}`);
  renameSync(draft, file);
  syncToDisk(path.dirname(file));
  await using database = await Database.open({ ...options, isRestored: true });
  const tokens = setAside === null ? 0 : await takeOver(database, readTokens(setAside));
  const restored = { from, setAside, tokens };
  await along(database, restored);
  return restored;
};

type TokenRow = Selectable<UpstoxTokensTable>;

/** Whatever a damaged file still yields. */
const readTokens = (file: string): readonly TokenRow[] => {
  try {
    const read = (connection: Sqlite.Database) =>
      connection.prepare<[], TokenRow>('select * from upstox_tokens order by id').all();
    return withConnection(file, read, { readonly: true });
  } catch {
    return [];
  }
};

/** Answers how many were newer than what the backup holds. */
const takeOver = async (database: Database, rows: readonly TokenRow[]): Promise<number> => {
  let taken = 0;
  for (const { id: _id, ...row } of rows) {
    const user_id = row.user_id ?? 1;
    if (row.access_token === null) continue;
    try {
      const place = tokenPlace(user_id, row.api_name);
      const { access_token: text } = row;
      const token = isSealed(text) ? database.vault.open(text, place) : new Secret(text);
      const replacement = { row: { ...row, user_id }, fingerprint: fingerprint(token) };
      const isNew = await database.write((transaction) => makeUpForToken(transaction, replacement, database));
      if (isNew) taken += 1;
    } catch {
      // A row that was garbled, or sealed with a key that is gone.
    }
  }
  return taken;
};

/** In WAL every connection holds a lock as long as it is open, so an exclusive one shows whether there is another. */
const refuseInUse = (file: string): void => {
  if (!existsSync(file)) return;
  try {
    withConnection(file, (connection) => {
      connection.pragma('locking_mode = EXCLUSIVE');
      connection.exec('begin exclusive; rollback');
    });
  } catch (error) {
    // One that is damaged cannot be locked, and is the very reason to restore.
    if (!isBusy(error)) return;
    throw new DatabaseError(
      file,
      `The database ${file} is in use. Stop every vega-auth, and every other program that has it open, and try again. Nothing was changed.`,
      { cause: error },
    );
  }
};
