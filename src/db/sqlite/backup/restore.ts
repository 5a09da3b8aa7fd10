import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import type Sqlite from 'better-sqlite3';
import type { Selectable } from 'kysely';
import { Secret } from '../../../domain/secret.ts';
import { DatabaseError } from '../../database-error.ts';
import { copyToDraft } from '../../files/drafts.ts';
import { syncToDisk } from '../../files/sync-to-disk.ts';
import { DatabaseMoved, refuseMoved } from '../../move/tombstone.ts';
import { replayToken } from '../../queries/token-replacement.ts';
import type { UpstoxTokensTable } from '../../schema/tables.ts';
import { fingerprint } from '../../secrets/fingerprint.ts';
import { masterKeyIds } from '../../secrets/master-key.ts';
import { isSealed, tokenPlace } from '../../secrets/vault.ts';
import { openAlone } from '../alone.ts';
import { OpenedFile } from '../opened-file.ts';
import type { DatabaseOptions } from '../opening.ts';
import { SqliteDatabase } from '../sqlite-database.ts';
import { withConnection } from '../with-connection.ts';
import { faultOf, findNewestGoodBackup, listBackups, sweepBackupDrafts } from './backups.ts';

export interface Restored {
  /** The backup that took the place of the database. */
  readonly from: string;
  /** The new path of the file that it replaced; null when there was none. */
  readonly setAside: string | null;
  /** How many newer tokens were recovered from the replaced file. */
  readonly tokens: number;
}

/** Says of the newest one why it is none. */
const noGoodBackup = (file: string, keyIds: readonly string[]): DatabaseError => {
  const [newest] = listBackups(file);
  const why = newest === undefined ? '' : `: of ${newest}, ${faultOf(newest, keyIds)}`;
  return new DatabaseError(
    file,
    `There is no good backup of ${file}${why}. Name one with --from. Nothing was changed.`,
  );
};

/**
 * Replaces the database with the newest good backup, or with `wanted`. The replaced file is set aside, never removed,
 * and its newer tokens are recovered. Throws a `DatabaseError` while the database is in use or the backup is not sound.
 */
export const restoreBackup = async (
  options: DatabaseOptions,
  wanted: string | null,
  along: (database: SqliteDatabase, restored: Restored) => Promise<void>,
): Promise<Restored> => {
  const { file, now } = options;
  const keyIds = masterKeyIds(options.masterKey);
  const from = wanted ?? findNewestGoodBackup(file, keyIds);
  if (from === null) throw noGoodBackup(file, keyIds);
  const fault = faultOf(from, keyIds);
  if (fault !== null)
    throw new DatabaseError(file, `The backup ${from} cannot be restored: ${fault}. Nothing was changed.`);
  refuseInUse(file);
  await refuseMovedFile(file);
  sweepBackupDrafts(file);
  // On the disk as a whole before anything is moved.
  const draft = copyToDraft(from, file);
  const aside = `${file}.before-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
  const setAside = existsSync(file) ? aside : null;
  // Also the log of a deleted database, which SQLite would replay into the backup.
  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(`${file}${suffix}`)) renameSync(`${file}${suffix}`, `${aside}${suffix}`);
  renameSync(draft, file);
  syncToDisk(path.dirname(file));
  await using database = await SqliteDatabase.open({ ...options, isRestored: true });
  const tokens = setAside === null ? 0 : await takeOver(database, readTokens(setAside));
  const restored = { from, setAside, tokens };
  await along(database, restored);
  return restored;
};

type TokenRow = Selectable<UpstoxTokensTable>;

/** Empty when the file is too damaged to read. */
const readTokens = (file: string): readonly TokenRow[] => {
  try {
    const read = (connection: Sqlite.Database) =>
      connection.prepare<[], TokenRow>('select * from upstox_tokens order by id').all();
    return withConnection(file, read, { readonly: true });
  } catch {
    return [];
  }
};

/** Answers how many were newer than those of the backup. */
const takeOver = async (database: SqliteDatabase, rows: readonly TokenRow[]): Promise<number> => {
  let taken = 0;
  for (const { id: _id, ...row } of rows) {
    const user_id = row.user_id ?? 1;
    if (row.access_token === null) continue;
    try {
      const place = tokenPlace(user_id, row.api_name);
      const { access_token: text } = row;
      const token = isSealed(text) ? database.vault.open(text, place) : new Secret(text);
      const replacement = { row: { ...row, user_id }, fingerprint: fingerprint(token) };
      const isNew = await database.write((trx) => replayToken(trx, replacement, database));
      if (isNew) taken += 1;
    } catch {
      // The row is damaged, or sealed with a lost key.
    }
  }
  return taken;
};

const refuseInUse = (file: string): void => {
  if (!existsSync(file)) return;
  try {
    openAlone(file).close();
  } catch (error) {
    // A damaged file cannot be locked.
    if (error instanceof DatabaseError) throw error;
  }
};

/** A backup beside the database that its rows went to would be a second one of them, with an older ledger. */
const refuseMovedFile = async (file: string): Promise<void> => {
  if (!existsSync(file)) return;
  let opened: OpenedFile | null = null;
  try {
    opened = OpenedFile.openReadOnly(file);
    await refuseMoved(opened.kysely, file);
  } catch (error) {
    // A damaged file says nothing.
    if (!(error instanceof DatabaseMoved)) return;
    throw new DatabaseError(
      file,
      `${error.message} Where that database is lost, move ${file} away, and run \`vega-auth restore\` again: what came later is not in the backup.`,
      { cause: error },
    );
  } finally {
    await opened?.close();
  }
};
