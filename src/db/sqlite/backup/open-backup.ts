import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseError } from '../../database-error.ts';
import { masterKeyIds, readKeyTexts } from '../../secrets/master-key.ts';
import type { DatabaseOptions } from '../opening.ts';
import { SqliteDatabase } from '../sqlite-database.ts';
import { faultOf } from './backups.ts';

/** Opens a copy of a backup for `work`, so that the backup stays as it is. Throws a `DatabaseError` where it is not sound. */
export const withBackup = async <Result>(
  options: DatabaseOptions,
  backup: string,
  work: (database: SqliteDatabase) => Promise<Result>,
): Promise<Result> => {
  const fault = faultOf(backup, masterKeyIds(options.masterKey));
  if (fault !== null) throw new DatabaseError(backup, `The backup ${backup} cannot be read: ${fault}.`);
  // Readable for its owner alone.
  const folder = mkdtempSync(path.join(tmpdir(), 'vega-backup-'));
  try {
    const file = path.join(folder, path.basename(backup));
    copyFileSync(backup, file);
    await using database = await SqliteDatabase.open({
      ...options,
      ...{ file, isBrief: true, isRestored: true },
      // A rotation of the live database may be under way, whose key files are not to be touched.
      masterKey: { ...options.masterKey, given: readKeyTexts(options.masterKey) },
      // No token lies in the copy as plain text.
      sealsTokens: true,
    });
    return await work(database);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
