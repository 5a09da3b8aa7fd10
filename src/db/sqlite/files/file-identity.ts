import { readdirSync, readlinkSync, realpathSync, rmSync, type Stats, statSync } from 'node:fs';

/** What has happened at the path of an open file. */
export type FileChange =
  | 'DATABASE_DELETED'
  | 'DATABASE_REPLACED'
  /** Replaced by another database. */
  | 'DATABASE_FOREIGN'
  /** Replaced by an earlier copy. */
  | 'DATABASE_OLDER'
  /** Its rows went to another database, and it is not to be used any more. */
  | 'DATABASE_MOVED'
  | 'WAL_DELETED'
  | 'WAL_REPLACED';

/** The path no longer leads to the open file, so nobody would find what is written to it. */
export class FileChanged extends Error {
  readonly code: FileChange;
  /** The transaction was committed to the open file. */
  readonly isCommitted: boolean;

  constructor(code: FileChange, { isCommitted = false } = {}) {
    super(`The database file was changed under its path: ${code}.`);
    this.name = 'FileChanged';
    this.code = code;
    this.isCommitted = isCommitted;
  }
}

export const meansFileChange = (code: string): boolean => /^(DATABASE|WAL)_/.test(code);

type Place = Pick<Stats, 'dev' | 'ino'>;

/** Device and inode of an open database and of its side files. */
export class FileIdentity {
  readonly #path: string;
  readonly #file: Place | undefined;
  readonly #walPath: string;
  readonly #shmPath: string;
  /** Undefined without a log, as on a read-only disk. */
  readonly #wal: Place | undefined;
  readonly #shm: Place | undefined;

  constructor(file: string) {
    this.#path = file;
    // SQLite keeps its side files beside the file that a symbolic link leads to.
    this.#walPath = `${realpathSync(file)}-wal`;
    this.#shmPath = `${realpathSync(file)}-shm`;
    this.#file = placeOf(file);
    this.#shm = placeOf(this.#shmPath);
    this.#wal = placeOf(this.#walPath);
  }

  /** Null as long as the path leads to the open file. */
  change(): FileChange | null {
    const present = placeOf(this.#path);
    if (present === undefined) return 'DATABASE_DELETED';
    if (!isSame(present, this.#file)) return 'DATABASE_REPLACED';
    if (this.#wal === undefined) return null;
    const wal = placeOf(this.#walPath);
    if (wal === undefined) return 'WAL_DELETED';
    return isSame(wal, this.#wal) ? null : 'WAL_REPLACED';
  }

  /** Removes the side files of the open file, which would corrupt another file at the path. */
  removeSideFiles(): void {
    if (isSame(placeOf(this.#walPath), this.#wal)) rmSync(this.#walPath);
    if (isSame(placeOf(this.#shmPath), this.#shm)) rmSync(this.#shmPath);
  }

  /** The present path of the open file; null when it was deleted, or cannot be found. */
  findOpened(): string | null {
    try {
      const handles = readdirSync('/proc/self/fd').map((name) => `/proc/self/fd/${name}`);
      const handle = handles.find((name) => isSame(placeOf(name), this.#file));
      const place = handle === undefined ? null : readlinkSync(handle);
      return place === null || place.endsWith(' (deleted)') ? null : place;
    } catch {
      return null;
    }
  }
}

const placeOf = (file: string): Place | undefined => statSync(file, { throwIfNoEntry: false });

const isSame = (one: Place | undefined, other: Place | undefined): boolean =>
  one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
