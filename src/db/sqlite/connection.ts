import { accessSync, chmodSync, constants, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { DatabaseError, databaseCode } from '../database-error.ts';
import { errorCode } from '../error-code.ts';
import { PRIVATE_FILE, statsOf } from '../files/own-file.ts';
import { FileChanged } from './files/file-identity.ts';

const PRIVATE_UMASK = 0o077;
const WAL_BYTES = 4_194_304;

/** Opens the file, or makes it (mode 600, WAL). */
export const connect = (file: string): Sqlite.Database => {
  const directory = path.dirname(file);
  if (!existsSync(directory)) {
    throw new DatabaseError(
      file,
      `The folder ${directory} of the database does not exist. Make it, or set VEGA_DB_PATH.`,
    );
  }
  refuseLinks(file);
  narrowModes(file);
  const umask = process.umask(PRIVATE_UMASK);
  try {
    // SQLite's busy timeout would block the event loop; `retryWithin` waits instead.
    return configured(new Sqlite(file, { timeout: 0 }));
  } catch (error) {
    throw explain(file, error);
  } finally {
    process.umask(umask);
  }
};

/** New side files get the mode of the database; old ones may belong to another program. */
const narrowModes = (file: string): void => {
  const wide = ['', '-wal', '-shm', '-journal']
    .map((suffix) => `${file}${suffix}`)
    .filter((name) => existsSync(name) && statSync(name).isFile() && (statSync(name).mode & 0o077) !== 0);
  for (const name of wide) chmodSync(name, PRIVATE_FILE);
};

/** SQLite would write through them, into another file. */
const refuseLinks = (file: string): void => {
  const links = ['-wal', '-shm', '-journal']
    .map((suffix) => `${file}${suffix}`)
    .filter((name) => statsOf(name)?.isSymbolicLink() === true);
  if (links.length === 0) return;
  throw new DatabaseError(
    file,
    `${links.join(', ')} is a symbolic link, which SQLite would write through. Remove it.`,
  );
};

const configured = (connection: Sqlite.Database): Sqlite.Database => {
  try {
    // Before the first table, so that free pages can be returned to the disk.
    if (connection.pragma('page_count', { simple: true }) === 0)
      connection.pragma('auto_vacuum = INCREMENTAL');
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    connection.pragma('secure_delete = ON');
    // Shrinks a log that has grown.
    connection.pragma(`journal_size_limit = ${WAL_BYTES}`);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
};

/** Another program holds the lock: retrying helps. */
export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(databaseCode(error));

/** The file is damaged: nothing may be written to it. */
export const isDamage = (error: unknown): boolean => meansDamage(databaseCode(error));

export const meansDamage = (code: string): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test(code);

/** The first fault that a quick check of the whole file finds; null when it is sound. */
export const findDamage = (connection: Sqlite.Database): string | null => {
  const result = connection.pragma('quick_check(1)', { simple: true }) ?? 'nothing';
  return result === 'ok' ? null : String(result);
};

/** Throws SQLITE_CORRUPT for a damaged file, which must not be written. */
export const refuseDamage = (connection: Sqlite.Database): void => {
  const damage = findDamage(connection);
  if (damage !== null) throw new Sqlite.SqliteError(damage, 'SQLITE_CORRUPT');
};

/** The file exists and cannot grow: the disk is full, broken or read-only. */
export const hasNoRoom = (file: string, error: unknown): boolean => {
  const code = databaseCode(error);
  if (!existsSync(file)) return false;
  return (
    /^SQLITE_(FULL|IOERR)/.test(code) || (/^SQLITE_(CANTOPEN|READONLY)/.test(code) && isOnReadOnlyDisk(file))
  );
};

const isOnReadOnlyDisk = (file: string): boolean => {
  try {
    accessSync(file, constants.W_OK);
    return false;
  } catch (error) {
    return errorCode(error) === 'EROFS';
  }
};

/** The file cannot be written at present, whatever is written. */
export const isOutage = (error: unknown): boolean =>
  error instanceof FileChanged ||
  /^(SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|PERM|AUTH|PROTOCOL|NOMEM|CORRUPT|NOTADB)|MASTER_KEY_CHANGED)/.test(
    databaseCode(error),
  );

/** The file can be written, and a table refuses the row. */
export const isRefused = (error: unknown): boolean => meansRefusal(databaseCode(error));

export const meansRefusal = (code: string): boolean =>
  /^(SQLITE_(CONSTRAINT|ERROR|MISMATCH|TOOBIG)|ROW_ALTERED)/.test(code);

const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [
    /^SQLITE_NOTADB|^SQLITE_CORRUPT/,
    'is not a sound SQLite database. Restore a backup of it, or set VEGA_DB_PATH to another file.',
  ],
  [
    /^SQLITE_CANTOPEN|^SQLITE_PERM|^SQLITE_AUTH|^SQLITE_READONLY|EACCES|EPERM/,
    'cannot be read and written by this user. Check its permissions, or set VEGA_DB_PATH.',
  ],
  [/^SQLITE_BUSY|^SQLITE_LOCKED/, 'is locked by another program. Close that program and start again.'],
  [/^SQLITE_FULL/, 'cannot grow: the disk is full. Make room and start again.'],
];

/** Says in words why a database cannot be used and what to do. */
export const explain = (file: string, error: unknown): DatabaseError => {
  const reason = error instanceof Error ? error.message : String(error);
  const code = databaseCode(error);
  const explained = EXPLANATIONS.find(([pattern]) => pattern.test(code));
  return new DatabaseError(file, `The database ${file} ${explained?.[1] ?? `cannot be opened: ${reason}`}`, {
    cause: error,
  });
};
