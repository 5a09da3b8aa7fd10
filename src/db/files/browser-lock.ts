import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fchmodSync, lstatSync, openSync } from 'node:fs';
import { hostname } from 'node:os';
import Sqlite from 'better-sqlite3';
import { DatabaseError } from '../database-error.ts';
import { errorCode } from '../error-code.ts';
import { withConnection } from '../sqlite/with-connection.ts';
import { isAlive } from './process-mark.ts';

/** Who holds the browser: a process, and the folder that it works in. */
export interface BrowserOwner {
  readonly processId: number;
  readonly since: Date;
  readonly place: string;
}

export type BrowserLockResult =
  | { readonly kind: 'HELD'; readonly lock: BrowserLock }
  | { readonly kind: 'BUSY'; readonly owner: BrowserOwner | null };

/**
 * Allows one browser at a time on this machine. The lock is SQLite's lock of a small file, so it ends with the process
 * that holds it, however that ends. Never waits for a holder. Throws a `DatabaseError` when the file cannot be used.
 */
export const takeBrowserLock = (file: string, place: string, now: Date): BrowserLockResult => {
  try {
    makeForEveryone(file);
    // Without O_CREAT: in a sticky folder such as /tmp Linux refuses it for a file of another user.
    const connection = new Sqlite(file, { fileMustExist: true, timeout: 0 });
    try {
      const mark = randomUUID();
      if (claim(connection, mark, place, now)) {
        return { kind: 'HELD', lock: new BrowserLock(connection, mark) };
      }
      const owner = findOwner(connection);
      connection.close();
      return { kind: 'BUSY', owner };
    } catch (error) {
      connection.close();
      throw error;
    }
  } catch (error) {
    if (NOT_OURS.test(errorCode(error))) return { kind: 'BUSY', owner: null };
    throw explain(file, error);
  }
};

/**
 * Whether somebody holds the browser. Only reads the row, because taking the lock would turn others away. Counts as
 * taken when it cannot be read; a file that was never made is nobody's.
 */
export const isBrowserTaken = (file: string): boolean => {
  if (!existsSync(file)) return false;
  try {
    return withConnection(file, (connection) => findOwner(connection) !== null);
  } catch {
    return true;
  }
};

/** Held until it is disposed of or the process ends; forgetting it does not free it. */
export class BrowserLock {
  /** The garbage collector would close a connection without references, and release the lock. */
  static readonly #held = new Set<BrowserLock>();
  readonly #connection: Sqlite.Database;
  readonly #mark: string;

  constructor(connection: Sqlite.Database, mark: string) {
    this.#connection = connection;
    this.#mark = mark;
    BrowserLock.#held.add(this);
  }

  /** Whether this very process holds the lock whose row has this mark. */
  static isHeldHere(mark: string): boolean {
    return [...BrowserLock.#held].some((lock) => lock.#mark === mark);
  }

  [Symbol.dispose](): void {
    if (!BrowserLock.#held.delete(this)) return;
    try {
      this.#connection.exec('delete from browser_owner; commit');
    } catch {
      // Somebody is reading the row, so it stays; closing releases the lock all the same.
    }
    this.#connection.close();
  }
}

/** The file is another user's, who may hold the lock. */
const NOT_OURS = /^SQLITE_(?:READONLY|PERM|AUTH)|^SQLITE_CANTOPEN$/;

/** Readers read for microseconds, so a commit that meets one is retried. */
const COMMIT_RETRY_MS = 50;

const EVERYONE = 0o666;

/** Never opens an existing file: closing it would drop the locks that this process holds on it. */
const makeForEveryone = (file: string): void => {
  try {
    const made = openSync(file, 'wx', EVERYONE);
    fchmodSync(made, EVERYONE);
    closeSync(made);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    if (!lstatSync(file).isFile()) throw new Error('that is no file', { cause: error });
  }
};

/**
 * Others read only committed rows, and a commit releases the lock: so the row is committed, the lock taken again, and
 * the row checked. Where another process wrote its row in between, that one finds the lock taken and gives up, and the
 * row is written again. So one of several that race gets the lock.
 */
const claim = (connection: Sqlite.Database, mark: string, place: string, now: Date): boolean => {
  while (begin(connection)) {
    if (markOf(connection) === mark) return true;
    connection.exec('delete from browser_owner');
    connection
      .prepare('insert into browser_owner (mark, process_id, since, host, place) values (?, ?, ?, ?, ?)')
      .run(mark, process.pid, now.getTime(), hostname(), place);
    if (!commit(connection)) return false;
  }
  return false;
};

/** A reserved lock: nobody else gets one, everybody can go on reading. */
const begin = (connection: Sqlite.Database): boolean =>
  unlessBusy(() => connection.exec('begin immediate')) !== null;

const commit = (connection: Sqlite.Database): boolean => {
  const deadline = performance.now() + COMMIT_RETRY_MS;
  while (performance.now() < deadline) {
    if (unlessBusy(() => connection.exec('commit')) !== null) return true;
  }
  return false;
};

const markOf = (connection: Sqlite.Database): unknown => {
  connection.exec(
    'create table if not exists browser_owner (mark text, process_id integer, since integer, host text, place text)',
  );
  return connection.prepare('select mark from browser_owner').pluck().get();
};

interface OwnerRow {
  readonly mark: string;
  readonly process_id: number;
  readonly since: number;
  readonly host: string;
  readonly place: string;
}

/** Null while the row is of a killed process: the holder has not written its own yet. */
const findOwner = (connection: Sqlite.Database): BrowserOwner | null => {
  const row = unlessBusy(() => {
    const isMade = connection.prepare("select 1 from sqlite_master where name = 'browser_owner'").get();
    if (isMade === undefined) return undefined;
    return connection
      .prepare<[], OwnerRow>('select mark, process_id, since, host, place from browser_owner')
      .get();
  });
  if (!row) return null;
  const isHere = row.host === hostname();
  const isOurs = isHere && row.process_id === process.pid;
  if (isOurs ? !BrowserLock.isHeldHere(row.mark) : isHere && !isAlive({ id: row.process_id, birth: null }))
    return null;
  return {
    processId: row.process_id,
    since: new Date(row.since),
    place: isHere ? row.place : `${row.host}:${row.place}`,
  };
};

/** Null when another process or connection holds the lock. */
const unlessBusy = <Result>(work: () => Result): Result | null => {
  try {
    return work();
  } catch (error) {
    if (errorCode(error).startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
};

const explain = (file: string, error: unknown): DatabaseError => {
  const reason = error instanceof Error ? error.message : String(error);
  const advice = /^E[A-Z]+$/.test(errorCode(error))
    ? 'Its folder should exist, and this user should be able to write there.'
    : 'Remove what lies there while no vega-auth runs, and start again.';
  return new DatabaseError(file, `The browser lock ${file} cannot be used: ${reason}. ${advice}`, {
    cause: error,
  });
};
