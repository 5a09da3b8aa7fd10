import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { Secret } from '../domain/secret.ts';
import { DatabaseError } from './database-error.ts';
import { isAlive, markOf } from './process-mark.ts';
import { syncToDisk } from './sync-to-disk.ts';
import type { SealedPlace, Vault } from './vault.ts';

/**
 * The spill file: what the database could not take, sealed and on the disk before the program goes on.
 *
 *     record  = length of the text (4 bytes) · CRC-32 of the text (4 bytes) · text
 *     first   = JSON { spill, process, birth, schema }
 *     further = one transaction each, sealed with the master key and bound to the spill and to its place in it
 *
 * A length of zero, or the end of the file, is the end of what was spilled.
 */

interface Header {
  readonly spill: string;
  readonly process: number;
  /** Missing in a spill of an older version. */
  readonly birth?: string | null;
  /** The last migration that the database had gone through. */
  readonly schema: string;
}

const FRAME_BYTES = 8;
const PRIVATE_FILE = 0o600;

/** Room that is taken on the disk beforehand, so that a full disk does not keep anything from being spilled. */
const RESERVE_BYTES = 1 << 20;

/** Spills that this process writes to at present. */
const inUse = new Set<string>();

export class SpillFile {
  readonly #database: string;
  readonly #header: Header;
  readonly #vault: Vault;
  /** Null until there is something to write, and for as long as the file cannot be made. */
  #opened: { readonly path: string; readonly handle: FileHandle } | null = null;
  #position = 0;
  #count = 0;
  /** Sealed, and not on the disk yet. */
  #waiting: Buffer[];

  constructor(database: string, schema: string, vault: Vault) {
    this.#database = database;
    this.#vault = vault;
    const { id, birth } = markOf(process.pid);
    this.#header = { spill: randomBytes(12).toString('hex'), process: id, birth, schema };
    this.#waiting = [frame(JSON.stringify(this.#header))];
  }

  /** Seals one transaction's text; what comes back can be read with `open` and says nothing by itself. */
  seal(text: string): string {
    this.#count += 1;
    const sealed = this.#vault.seal(new Secret(text), placeOf(this.#header, this.#count));
    this.#waiting.push(frame(sealed));
    return sealed;
  }

  /** What was sealed as the transaction of that number, counted from 1. */
  open(sealed: string, number: number): string {
    return this.#vault.open(sealed, placeOf(this.#header, number)).reveal();
  }

  /** Returns when everything that was sealed is on the disk. What could not be written is tried again the next time. */
  async sync(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting);
    if (this.#count === 0 || bytes.length === 0) return;
    this.#opened ??= await makeSpill(this.#database);
    await this.#opened.handle.write(bytes, 0, bytes.length, this.#position);
    await this.#opened.handle.datasync();
    this.#position += bytes.length;
    this.#waiting = [];
  }

  /** Nothing of it is needed any more: its room becomes the reserve again. */
  async remove(): Promise<void> {
    if (this.#opened === null) return;
    const { path: file, handle } = this.#opened;
    const reserve = reserveOf(this.#database);
    if (existsSync(reserve)) rmSync(file, { force: true });
    if (!existsSync(reserve)) renameSync(file, reserve);
    await handle.truncate(RESERVE_BYTES);
    await blank(handle);
    await this.close();
  }

  /** Leaves the file for the next start. */
  async close(): Promise<void> {
    if (this.#opened === null) return;
    inUse.delete(this.#opened.path);
    await this.#opened.handle.close();
    this.#opened = null;
  }
}

/** Makes the spill file of a database, out of the reserve where there is one. */
const makeSpill = async (database: string) => {
  const file = freeName(database);
  inUse.add(file);
  try {
    const hasReserve = takeReserve(database, file);
    const handle = await open(file, hasReserve ? 'r+' : 'wx', PRIVATE_FILE);
    if (hasReserve) await blank(handle);
    syncToDisk(path.dirname(database));
    return { path: file, handle };
  } catch (error) {
    inUse.delete(file);
    throw error;
  }
};

/** What an earlier process has spilled and never given to the database. */
export interface LeftSpill {
  /** The text of each transaction, in order. */
  readonly transactions: readonly string[];
  /** How much of its end is not whole; that part says nothing any more. */
  readonly tornBytes: number;
}

/** The spills beside a database whose processes are gone. */
export const findLeftSpills = (database: string): readonly string[] => {
  const directory = path.dirname(database);
  const name = new RegExp(`^${literally(path.basename(database))}(\\.\\d+)?\\.spill$`);
  return readdirSync(directory)
    .filter((entry) => name.test(entry))
    .map((entry) => path.join(directory, entry))
    .filter((file) => !isCarried(file))
    .sort();
};

/** Reads a spill. One that was sealed with another key, or changed, is refused: nothing of it is dropped in silence. */
export const readSpill = (file: string, database: string, vault: Vault): LeftSpill => {
  const { texts, end, size } = readFrames(readFileSync(file));
  const header = readHeader(texts[0]);
  if (header === null) return { transactions: [], tornBytes: size };
  try {
    const transactions = texts
      .slice(1)
      .map((sealed, index) => vault.open(sealed, placeOf(header, index + 1)).reveal());
    return { transactions, tornBytes: size - end };
  } catch (error) {
    throw new DatabaseError(
      database,
      `${file} holds writes that the database has not got yet, and cannot be opened: it was changed, or sealed with another master key. Restore the key, or move the file away to start without those writes.`,
      { cause: error },
    );
  }
};

/** Takes room for the next spill; a disk without any is no reason not to start. */
export const ensureReserve = async (database: string): Promise<void> => {
  const file = reserveOf(database);
  if (existsSync(file)) return;
  const handle = await open(file, 'wx', PRIVATE_FILE);
  await blank(handle).finally(() => handle.close());
};

const readFrames = (bytes: Buffer) => {
  const texts: string[] = [];
  let end = 0;
  for (;;) {
    const length = end + FRAME_BYTES <= bytes.length ? bytes.readUInt32BE(end) : 0;
    const text = bytes.subarray(end + FRAME_BYTES, end + FRAME_BYTES + length);
    if (length === 0 || text.length < length || crc32(text) !== bytes.readUInt32BE(end + 4)) break;
    texts.push(text.toString('utf8'));
    end += FRAME_BYTES + length;
  }
  return { texts, end, size: end + lastUsed(bytes.subarray(end)) };
};

/** How far bytes go that are not zero: behind them lies the reserve. */
const lastUsed = (bytes: Buffer): number => bytes.findLastIndex((byte) => byte !== 0) + 1;

const readHeader = (text: string | undefined): Header | null =>
  text?.startsWith('{"spill"') ? (JSON.parse(text) as Header) : null;

const placeOf = ({ spill }: Header, number: number): SealedPlace => ({
  table: 'spill',
  column: spill,
  row: String(number),
});

const frame = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'utf8');
  const head = Buffer.alloc(FRAME_BYTES);
  head.writeUInt32BE(bytes.length, 0);
  head.writeUInt32BE(crc32(bytes), 4);
  return Buffer.concat([head, bytes]);
};

const freeName = (database: string): string => {
  for (let number = 1; ; number += 1) {
    const file = number === 1 ? `${database}.spill` : `${database}.${number}.spill`;
    if (!existsSync(file) && !inUse.has(file)) return file;
  }
};

const reserveOf = (database: string): string => `${database}.reserve`;

const takeReserve = (database: string, file: string): boolean => {
  try {
    renameSync(reserveOf(database), file);
    return true;
  } catch {
    return false;
  }
};

const blank = async (handle: FileHandle): Promise<void> => {
  await handle.write(Buffer.alloc(RESERVE_BYTES), 0, RESERVE_BYTES, 0);
  await handle.datasync();
};

/** A process that lives still writes to it, or is about to: then there is nothing in it yet. */
const isCarried = (file: string): boolean => {
  if (inUse.has(file)) return true;
  const { texts, size } = readFrames(readFileSync(file));
  if (size === 0) return true;
  const header = readHeader(texts[0]);
  if (header === null || header.process === process.pid) return false;
  return isAlive({ id: header.process, birth: header.birth ?? null });
};

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
