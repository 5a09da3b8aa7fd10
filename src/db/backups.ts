import { once } from 'node:events';
import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { Secret } from '../domain/secret.ts';
import { DatabaseError } from './database-error.ts';
import { draftOf, sweepDrafts } from './drafts.ts';
import { syncToDisk } from './sync-to-disk.ts';
import { isSealed, tokenPlace, tokenSecretPlace, type Vault } from './vault.ts';

/** A copy of the database as it was at one moment. Tokens lie sealed in it, whatever the table itself holds. */
export interface Backup {
  readonly file: string;
  readonly bytes: number;
}

const KEPT = 7;
const PAGES_AT_ONCE = 500;

/** Where the backups of a database lie. */
export const backupFolder = (database: string): string =>
  path.join(path.dirname(database), '.vega', 'backups');

/** Copies the database with SQLite's own backup, while it is in use, and keeps the newest seven. */
export const makeBackup = async (
  source: Sqlite.Database,
  database: string,
  vault: Vault,
  now: Date,
): Promise<Backup> => {
  const folder = backupFolder(database);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  sweepBackupDrafts(database);
  const file = path.join(folder, `${stem(database)}${now.toISOString().replaceAll(':', '-')}.db`);
  // Beside the database: until it is sealed, its tokens can be read, and the folder of the backups is carried elsewhere.
  const draft = draftOf(database);
  // Made first, because SQLite would make it for all to read.
  writeFileSync(draft, '', { mode: 0o600, flag: 'wx' });
  try {
    await source.backup(draft, { progress: () => PAGES_AT_ONCE });
    sealCopy(draft, vault);
    await vacuum(draft);
    moveSealed(draft, file);
  } catch (error) {
    for (const suffix of ['', '-journal']) rmSync(`${draft}${suffix}`, { force: true });
    throw error;
  }
  for (const old of listBackups(database).slice(KEPT)) rmSync(old);
  return { file, bytes: statSync(file).size };
};

/** Takes away what a killed process has left of a backup. */
export const sweepBackupDrafts = (database: string): void => {
  for (const folder of [path.dirname(database), backupFolder(database)]) sweepDrafts(folder);
};

/** The backups may lie on another disk: then the sealed copy is copied there first. */
const moveSealed = (draft: string, file: string): void => {
  try {
    renameSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    const copy = draftOf(file);
    copyFileSync(draft, copy, constants.COPYFILE_EXCL);
    syncToDisk(copy);
    renameSync(copy, file);
    rmSync(draft);
  }
};

/** The backups of a database, the newest first. */
export const listBackups = (database: string): readonly string[] => {
  const folder = backupFolder(database);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(stem(database)) && name.endsWith('.db'))
    .sort()
    .reverse()
    .map((name) => path.join(folder, name));
};

/** The newest one that is sound and can be opened with a key at hand. */
export const findNewestGoodBackup = (database: string, keyIds: readonly string[]): string | null =>
  listBackups(database).find((file) => faultOf(file, keyIds) === null) ?? null;

/** Why a file is no backup to restore from; null when it is a good one. */
export const faultOf = (file: string, keyIds: readonly string[]): string | null => {
  try {
    const copy = new Sqlite(file, { readonly: true, fileMustExist: true });
    try {
      const [{ quick_check: said } = { quick_check: 'nothing' }] = copy.pragma('quick_check(1)') as {
        quick_check: string;
      }[];
      if (said !== 'ok') return `it is damaged (${said})`;
      const keyId = copy.prepare<[], string>('select key_id from vault').pluck().get() ?? 'none';
      return keyIds.includes(keyId)
        ? null
        : `it is sealed with the master key ${keyId}, which is not at hand`;
    } finally {
      copy.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be read';
  }
};

/** Says what to do about a damaged database: the newest backup that is sound, and how to restore it. */
export const adviceFor = (database: string, keyIds: readonly string[]): string => {
  const backup = findNewestGoodBackup(database, keyIds);
  return backup === null
    ? 'Restore a backup of it, or set VEGA_DB_PATH to another file.'
    : `The newest good backup is ${backup}: stop every vega-auth and run \`vega-auth restore\`. Nothing was changed.`;
};

export const damaged = (database: string, keyIds: readonly string[], cause: unknown): DatabaseError =>
  new DatabaseError(
    database,
    `The database ${database} is not a sound SQLite database. ${adviceFor(database, keyIds)}`,
    { cause },
  );

const stem = (database: string): string => `${path.basename(database).replace(/\.[^.]+$/, '')}-`;

interface SecretRow {
  readonly id: number;
  readonly user_id: number | null;
  readonly api_name: string;
  readonly text: string | null;
}

const SECRET_COLUMNS = {
  access_token: tokenPlace,
  refresh_token: (accountNumber: number, apiName: string) => ({
    ...tokenPlace(accountNumber, apiName),
    column: 'refresh_token',
  }),
  client_secret: tokenSecretPlace,
};

/** A backup is carried to other places, so no token in it can be read without the key. */
const sealCopy = (file: string, vault: Vault): void => {
  const copy = new Sqlite(file);
  try {
    copy.pragma('journal_mode = DELETE');
    copy.pragma('secure_delete = ON');
    copy.transaction(() => {
      for (const [column, placeOf] of Object.entries(SECRET_COLUMNS))
        sealColumn(copy, column, placeOf, vault);
    })();
  } finally {
    copy.close();
  }
};

/** What other programs have deleted may still lie between the rows: they are written anew, beside the event loop. */
const vacuum = async (file: string): Promise<void> => {
  const work = `
    const { workerData } = require('node:worker_threads');
    const copy = new (require(workerData.sqlite))(workerData.file);
    copy.exec('vacuum');
    copy.close();`;
  const sqlite = createRequire(import.meta.url).resolve('better-sqlite3');
  const worker = new Worker(work, { eval: true, workerData: { sqlite, file } });
  await once(worker, 'exit');
};

const sealColumn = (
  copy: Sqlite.Database,
  column: string,
  placeOf: typeof tokenPlace,
  vault: Vault,
): void => {
  const rows = copy
    .prepare<[], SecretRow>(`select id, user_id, api_name, ${column} as text from upstox_tokens`)
    .all();
  const update = copy.prepare(`update upstox_tokens set ${column} = ? where id = ?`);
  for (const { id, user_id, api_name, text } of rows) {
    if (text === null || text === '' || isSealed(text)) continue;
    update.run(vault.seal(new Secret(text), placeOf(user_id ?? 1, api_name)), id);
  }
};
