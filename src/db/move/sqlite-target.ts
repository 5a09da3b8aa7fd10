import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { AuditHead, hasHead, headOf, type Link } from '../audit/audit-head.ts';
import { DatabaseError } from '../database-error.ts';
import { draftOf, sweepDrafts } from '../files/drafts.ts';
import { isTaken, moveToFreeName } from '../files/own-file.ts';
import { syncToDisk } from '../files/sync-to-disk.ts';
import type { Queryable } from '../queryable.ts';
import { connect } from '../sqlite/connection.ts';
import { OpenedFile } from '../sqlite/opened-file.ts';
import { migrate } from '../sqlite/schema/migrations.ts';
import { ArrivalUnknown, type MoveTarget } from './ends.ts';
import { spillsOf } from './obstacles.ts';
import type { MovePlace } from './places.ts';
import { sqlitePlace } from './sqlite-source.ts';
import { hasArrived, type Move } from './tombstone.ts';

/** A new file. It is written under another name, and gets its own as a whole. */
export class SqliteTarget implements MoveTarget {
  readonly place: MovePlace;
  readonly #file: string;
  /** An earlier process has made the file. */
  readonly #isThere: boolean;

  private constructor(file: string, isThere: boolean) {
    this.place = sqlitePlace(file);
    this.#file = file;
    this.#isThere = isThere;
  }

  /** `unfinished` is the id of a move that was left: its file may be there already. */
  static async open(file: string, unfinished: string | null): Promise<SqliteTarget> {
    const refuse = (message: string): never => {
      throw new DatabaseError(file, `${message} Nothing was moved.`);
    };
    if (!existsSync(path.dirname(file)))
      refuse(`The folder ${path.dirname(file)} does not exist. Make it, or name a file in another one.`);
    if (unfinished !== null && (await isArrivalOf(file, unfinished))) return new SqliteTarget(file, true);
    const taken = ['', '-wal', '-shm', '-journal'].filter((suffix) => isTaken(`${file}${suffix}`));
    const others = [...taken.map((suffix) => `${file}${suffix}`), ...spillsOf(file)];
    if (others.length > 0) refuse(`There is ${others.join(', ')} already. Name a new file.`);
    return new SqliteTarget(file, false);
  }

  async receive(_move: Move, auditKey: Buffer, work: (trx: Queryable) => Promise<Link>): Promise<void> {
    if (this.#isThere) return;
    const head = new AuditHead(this.#file, auditKey);
    if (hasHead(this.#file) && head.read() === null)
      throw new DatabaseError(
        this.#file,
        `Beside ${this.#file} lies ${headOf(this.#file)}, which another database has signed. Name another file, or move that away. Nothing was moved.`,
      );
    sweepDrafts(path.dirname(this.#file));
    const draft = draftOf(this.#file);
    try {
      const link = await write(draft, work);
      // Before the file: whoever opens that one finds how far its audit has come.
      head.reset(link);
      syncToDisk(draft);
      syncToDisk(headOf(this.#file));
      this.#publish(draft);
    } finally {
      for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${draft}${suffix}`, { force: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #publish(draft: string): void {
    let isNew: boolean;
    try {
      isNew = moveToFreeName(draft, this.#file);
      syncToDisk(path.dirname(this.#file));
    } catch (error) {
      throw new ArrivalUnknown(this.place, error);
    }
    if (isNew) return;
    throw new DatabaseError(this.#file, `There is ${this.#file} by now. Name a new file. Nothing was moved.`);
  }
}

const isArrivalOf = async (name: string, id: string): Promise<boolean> => {
  if (!existsSync(name)) return false;
  const file = OpenedFile.openReadOnly(name);
  try {
    return await hasArrived(file.kysely, id);
  } catch {
    return false;
  } finally {
    await file.close();
  }
};

const write = async (draft: string, work: (trx: Queryable) => Promise<Link>): Promise<Link> => {
  const file = new OpenedFile(connect(draft));
  try {
    await migrate(draft, file.kysely);
    return await file.kysely.transaction().execute(work);
  } finally {
    // The last connection moves the log into the file.
    await file.close();
  }
};
