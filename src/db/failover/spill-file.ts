import { randomBytes } from 'node:crypto';
import { fstatSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { Secret } from '../../domain/secret.ts';
import { isOwnFile, isTaken, MAKE_NEW, OPEN_OWN, PRIVATE_FILE } from '../files/own-file.ts';
import { markOf } from '../files/process-mark.ts';
import { syncToDisk } from '../files/sync-to-disk.ts';
import { spillPlace, type Vault } from '../secrets/vault.ts';
import type { SpillHeader } from './spill-record.ts';
import { frame } from './spill-records.ts';

/** Room that is taken on the disk beforehand, so that a full disk does not keep anything from being spilled. */
const RESERVE_BYTES = 1 << 20;

/** Spills that this process writes to at present. */
const inUse = new Set<string>();

export const isSpillInUse = (file: string): boolean => inUse.has(file);

interface Opened {
  readonly path: string;
  readonly handle: FileHandle;
  readonly room: number;
}

/** The spill file: what the database could not take, sealed and on the disk before the program goes on. */
export class SpillFile {
  readonly #database: string;
  readonly #header: SpillHeader;
  readonly #vault: Vault;
  /** Null until there is something to write, and for as long as the file cannot be made. */
  #opened: Opened | null = null;
  #position = 0;
  /** Every transaction, in order. */
  readonly #sealed: string[] = [];
  /** How many of them are on the disk. */
  #written = 0;

  constructor(database: string, schema: string, vault: Vault) {
    this.#database = database;
    this.#vault = vault;
    const { id, birth } = markOf(process.pid);
    this.#header = { spill: randomBytes(12).toString('hex'), process: id, birth, schema, at: Date.now() };
  }

  get id(): string {
    return this.#header.spill;
  }

  /** How many transactions it has; they are counted from 1. */
  get count(): number {
    return this.#sealed.length;
  }

  /** Seals one transaction's text; a look into the memory shows nothing of it. */
  seal(text: string): void {
    const place = spillPlace(this.id, this.count + 1);
    this.#sealed.push(this.#vault.seal(new Secret(text), place));
  }

  /** The text of the transaction of that number. */
  open(number: number): string {
    return this.#vault.open(this.#sealed[number - 1] ?? '', spillPlace(this.id, number)).reveal();
  }

  /** Returns when everything that was sealed is on the disk. What could not be written is tried again the next time. */
  async sync(): Promise<void> {
    if (this.count === 0) return;
    if (this.#opened !== null && !isInPlace(this.#opened)) await this.#beginAgain();
    if (this.#written === this.count) return;
    this.#opened ??= await makeSpill(this.#database);
    const { handle, room } = this.#opened;
    const header = { ...this.#header, room };
    const upTo = this.count;
    const frames = this.#sealed
      .slice(this.#written)
      .map((sealed, index) => frame(header, this.#written + index + 1, sealed));
    const bytes = Buffer.concat(frames);
    await writeAll(handle, bytes, this.#position);
    await handle.datasync();
    this.#position += bytes.length;
    this.#written = upTo;
  }

  /** Nothing of it is needed any more: its room becomes the reserve again. */
  async remove(): Promise<void> {
    if (this.#opened === null) return;
    const { path: file, handle } = this.#opened;
    if (isInPlace(this.#opened)) {
      const reserve = reserveOf(this.#database);
      if (isTaken(reserve)) rmSync(file, { force: true });
      else renameSync(file, reserve);
      await handle.truncate(RESERVE_BYTES);
      await blank(handle);
    }
    await this.close();
  }

  /** Leaves the file for the next start. */
  async close(): Promise<void> {
    if (this.#opened === null) return;
    inUse.delete(this.#opened.path);
    await this.#opened.handle.close();
    this.#opened = null;
  }

  /** Somebody has removed the file, or put another in its place: everything is written once more, to a new one. */
  async #beginAgain(): Promise<void> {
    await this.close();
    this.#position = 0;
    this.#written = 0;
  }
}

/** Takes room for the next spill; a disk without any is no reason not to start. */
export const ensureReserve = async (database: string): Promise<void> => {
  const file = reserveOf(database);
  if (isOwnFile(file)) return;
  // A link leads to somebody else's file, which would be overwritten.
  rmSync(file, { force: true });
  const handle = await open(file, MAKE_NEW, PRIVATE_FILE);
  await blank(handle).finally(() => handle.close());
};

/** Makes the spill file of a database, out of the reserve where there is one. */
const makeSpill = async (database: string): Promise<Opened> => {
  const file = freeName(database);
  inUse.add(file);
  try {
    const hasReserve = takeReserve(database, file);
    const handle = await open(file, hasReserve ? OPEN_OWN : MAKE_NEW, PRIVATE_FILE);
    if (hasReserve) await blank(handle);
    syncToDisk(path.dirname(database));
    return { path: file, handle, room: hasReserve ? RESERVE_BYTES : 0 };
  } catch (error) {
    inUse.delete(file);
    throw error;
  }
};

const isInPlace = ({ path: file, handle }: Opened): boolean => {
  const [present, opened] = [lstatSync(file, { throwIfNoEntry: false }), fstatSync(handle.fd)];
  return present?.ino === opened.ino && present.dev === opened.dev;
};

const freeName = (database: string): string => {
  for (let number = 1; ; number += 1) {
    const file = number === 1 ? `${database}.spill` : `${database}.${number}.spill`;
    if (!isTaken(file) && !inUse.has(file)) return file;
  }
};

const reserveOf = (database: string): string => `${database}.reserve`;

const takeReserve = (database: string, file: string): boolean => {
  const reserve = reserveOf(database);
  try {
    if (!isOwnFile(reserve)) return false;
    renameSync(reserve, file);
    return true;
  } catch {
    return false;
  }
};

const blank = async (handle: FileHandle): Promise<void> => {
  await writeAll(handle, Buffer.alloc(RESERVE_BYTES), 0);
  await handle.datasync();
};

/** A disk that is about to be full takes a part, and refuses only the next one. */
const writeAll = async (handle: FileHandle, bytes: Buffer, position: number): Promise<void> => {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
};
