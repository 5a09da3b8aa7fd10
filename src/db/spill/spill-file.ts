import { randomBytes } from 'node:crypto';
import { fstatSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { Secret } from '../../domain/secret.ts';
import { errorCode } from '../error-code.ts';
import { isOwnFile, isTaken, MAKE_NEW, moveToFreeName, OPEN_OWN, PRIVATE_FILE } from '../files/own-file.ts';
import { markOf } from '../files/process-mark.ts';
import { syncToDisk } from '../files/sync-to-disk.ts';
import { spillPlace, type Vault } from '../secrets/vault.ts';
import type { SpillHeader } from './spill-record.ts';
import { frame } from './spill-records.ts';

/** Reserved on the disk at the start, so that writes can be spilled when the disk is full. */
const RESERVE_BYTES = 1 << 20;

/** Spills that this process writes to. */
const inUse = new Set<string>();

export const isSpillInUse = (file: string): boolean => inUse.has(file);

interface Opened {
  readonly path: string;
  readonly handle: FileHandle;
  readonly room: number;
}

/** The file of pending writes: each transaction is sealed, and synced to the disk before it counts as stored. */
export class SpillFile {
  readonly #database: string;
  readonly #header: SpillHeader;
  readonly #vault: Vault;
  /** Null until the first write that succeeds. */
  #opened: Opened | null = null;
  #position = 0;
  /** The sealed transactions, in order. */
  readonly #sealed: string[] = [];
  /** How many of them are synced. */
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

  /** Transactions are numbered from 1. */
  get count(): number {
    return this.#sealed.length;
  }

  /** Adds a transaction, sealed in memory, too. */
  seal(text: string): void {
    const place = spillPlace(this.id, this.count + 1);
    this.#sealed.push(this.#vault.seal(new Secret(text), place));
  }

  open(number: number): string {
    return this.#vault.open(this.#sealed[number - 1] ?? '', spillPlace(this.id, number)).reveal();
  }

  /** Syncs every transaction to the disk. After an error the next call writes what is left. */
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

  /** After the replay: its room becomes the reserve again. */
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

  /** The file was removed or replaced: everything is written again, to a new one. */
  async #beginAgain(): Promise<void> {
    await this.close();
    this.#position = 0;
    this.#written = 0;
  }
}

/** Reserves room for the next spill. Throws when the disk is full. */
export const ensureReserve = async (database: string): Promise<void> => {
  const file = reserveOf(database);
  if (isOwnFile(file)) return;
  // Writing through a link would overwrite another file.
  rmSync(file, { force: true });
  const handle = await open(file, MAKE_NEW, PRIVATE_FILE);
  await blank(handle).finally(() => handle.close());
};

/** Makes the spill file, from the reserve where there is one. Another process may take its name at the same moment. */
const makeSpill = async (database: string): Promise<Opened> => {
  const file = freeName(database);
  try {
    return await makeSpillAt(file, database);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    return makeSpill(database);
  }
};

const makeSpillAt = async (file: string, database: string): Promise<Opened> => {
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
    return isOwnFile(reserve) && moveToFreeName(reserve, file);
  } catch {
    return false;
  }
};

const blank = async (handle: FileHandle): Promise<void> => {
  await writeAll(handle, Buffer.alloc(RESERVE_BYTES), 0);
  await handle.datasync();
};

/** A disk that is almost full may write only a part. */
const writeAll = async (handle: FileHandle, bytes: Buffer, position: number): Promise<void> => {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
};
