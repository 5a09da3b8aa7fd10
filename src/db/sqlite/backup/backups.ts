import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type Sqlite from 'better-sqlite3';
import { Secret } from '../../../domain/secret.ts';
import type { Backup } from '../../database.ts';
import { DatabaseError } from '../../database-error.ts';
import { copyToDraft, draftOf, sweepDrafts } from '../../files/drafts.ts';
import { moveToFreeName } from '../../files/own-file.ts';
import {
  isSealed,
  refreshTokenPlace,
  tokenPlace,
  tokenSecretPlace,
  type Vault,
} from '../../secrets/vault.ts';
import { findDamage } from '../connection.ts';
import { runInWorker } from '../sqlite-worker.ts';
import { withConnection } from '../with-connection.ts';

const KEPT = 7;
/** All of them. */
const PAGES_AT_ONCE = 0x7fffffff;

export const backupFolder = (database: string): string =>
  path.join(path.dirname(database), '.vega', 'backups');

/**
 * Copies the database with SQLite's backup API while it is in use, and keeps the newest seven. `source` is the open
 * connection to copy from when the path no longer leads to its file.
 */
export const makeBackup = async (
  database: string,
  vault: Vault,
  now: Date,
  source: Sqlite.Database | null = null,
): Promise<Backup> => {
  mkdirSync(backupFolder(database), { recursive: true, mode: 0o700 });
  sweepBackupDrafts(database);
  // Beside the database, because its tokens are readable until they are sealed, and backups are carried elsewhere.
  const draft = draftOf(database);
  // SQLite would make it readable for everyone.
  writeFileSync(draft, '', { mode: 0o600, flag: 'wx' });
  try {
    if (source === null) await copy(database, draft);
    else await source.backup(draft, { progress: () => PAGES_AT_ONCE });
    sealCopy(draft, vault);
    await vacuum(draft);
    const { file, madeAt } = moveSealed(draft, database, now);
    // Its name may not be the newest, if the clock was put back.
    const others = listBackups(database).filter((other) => other !== file);
    for (const old of others.slice(KEPT - 1)) await rm(old, { force: true });
    return { file, bytes: statSync(file).size, madeAt };
  } finally {
    for (const suffix of ['', '-journal']) rmSync(`${draft}${suffix}`, { force: true });
  }
};

/** Removes unfinished backups of killed processes. */
export const sweepBackupDrafts = (database: string): void => {
  for (const folder of [path.dirname(database), backupFolder(database)]) sweepDrafts(folder);
};

/** Moves a sealed copy to the backups, which may be on another disk, under the next free millisecond. */
const moveSealed = (draft: string, database: string, now: Date): Pick<Backup, 'file' | 'madeAt'> => {
  const nameAt = (time: Date) => `${stem(database)}${time.toISOString().replaceAll(':', '-')}.db`;
  const folder = backupFolder(database);
  const isElsewhere = statSync(draft).dev !== statSync(folder).dev;
  const from = isElsewhere ? copyToDraft(draft, path.join(folder, nameAt(now))) : draft;
  for (let madeAt = now; ; madeAt = new Date(madeAt.getTime() + 1)) {
    const file = path.join(folder, nameAt(madeAt));
    if (moveToFreeName(from, file)) return { file, madeAt };
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
    return withConnection(file, (copy) => faultIn(copy, keyIds), { readonly: true });
  } catch (error) {
    return error instanceof Error ? error.message : 'it cannot be read';
  }
};

const faultIn = (copy: Sqlite.Database, keyIds: readonly string[]): string | null => {
  const damage = findDamage(copy);
  if (damage !== null) return `it is damaged (${damage})`;
  const keyId = keyIdIn(copy) ?? 'none';
  return keyIds.includes(keyId)
    ? null
    : `it is sealed with the master key ${keyId}, which is neither in .vega/master.key nor in VEGA_MASTER_KEY`;
};

/** A backup may be of an older vega-auth, too. */
const keyIdIn = (copy: Sqlite.Database): string | undefined => {
  const isNamed = copy.prepare("select 1 from sqlite_master where name = 'vega_vault'").get() !== undefined;
  return copy
    .prepare<[], string>(`select key_id from ${isNamed ? 'vega_vault' : 'vault'}`)
    .pluck()
    .get();
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
  refresh_token: refreshTokenPlace,
  client_secret: tokenSecretPlace,
};

/** Backups are carried to other places, so no token in them is readable without the key. */
const sealCopy = (file: string, vault: Vault): void =>
  withConnection(file, (copy) => {
    copy.pragma('journal_mode = DELETE');
    // The copy is synced when it is vacuumed.
    copy.pragma('synchronous = OFF');
    copy.pragma('secure_delete = ON');
    copy.pragma('foreign_keys = OFF');
    copy.transaction(() => {
      // Holds plain tokens; its rows were copied to upstox_tokens.
      copy.exec('drop table if exists upstox_tokens_before');
      for (const [column, placeOf] of Object.entries(SECRET_COLUMNS))
        sealColumn(copy, column, placeOf, vault);
    })();
  });

/** In one step, because a write in between would restart it. */
const copy = async (file: string, to: string): Promise<void> => {
  await runInWorker({
    file,
    body: 'await connection.backup(data, { progress: () => 0x7fffffff });',
    data: to,
  });
};

/** Removes the content of deleted rows from the free pages. */
const vacuum = async (file: string): Promise<void> => {
  await runInWorker({
    file,
    body: "connection.pragma('auto_vacuum = INCREMENTAL'); connection.exec('vacuum');",
  });
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
