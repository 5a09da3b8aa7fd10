import {
  chmodSync,
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import type { SpillDamage } from '../database.ts';
import { DatabaseError } from '../database-error.ts';
import { errorCode } from '../error-code.ts';
import { isPlainFile, isTaken, PRIVATE_FILE, statsOf } from '../files/own-file.ts';
import { isAlive } from '../files/process-mark.ts';
import { spillPlace, type Vault } from '../secrets/vault.ts';
import { isSpillInUse } from './spill-file.ts';
import type { SpillRecord } from './spill-record.ts';
import { readRecords, type SpillContent } from './spill-records.ts';

/** A sealed transaction, which the database may lack. */
export interface SpilledTransaction {
  readonly spill: string;
  /** Its number in the spill, from 1. */
  readonly number: number;
  readonly sealed: string;
}

/** The spill of a process that ended before the database had replayed it. */
export interface OrphanSpill {
  readonly file: string;
  /** Its inode: by now another spill may have the name. */
  readonly inode: number;
  /** In order, each once. */
  readonly transactions: readonly SpilledTransaction[];
  /** The size of an unfinished record at the end, which was never reported as stored. */
  readonly tornBytes: number;
  /** Null when the file is whole, but for `tornBytes`. */
  readonly damage: SpillDamage | null;
}

/** All spills beside a database, also those that a living process writes to. */
export const findSpills = (database: string): readonly string[] =>
  namesOf(database, /^(\.\d+)?\.spill$/).map((name) => path.join(path.dirname(database), name));

/** The spills of dead processes beside a database, the oldest first. */
export const findOrphanSpills = (database: string): readonly string[] =>
  findSpills(database)
    .filter((file) => !isSpillInUse(file) && isPlainFile(file))
    .flatMap((file) => {
      const bytes = readIfThere(file);
      return bytes === null ? [] : { file, content: readRecords(bytes) };
    })
    .filter(({ file, content }) => isLeft(file, content))
    .sort((one, other) => begunAt(one) - begunAt(other))
    .map(({ file }) => file);

/** Null when another process has just removed it. */
const readIfThere = (file: string): Buffer | null => {
  try {
    return readFileSync(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
};

/** Reads a spill. Throws a `DatabaseError` when it was sealed with a key that is not at hand. */
export const readSpill = (file: string, database: string, vault: Vault, now: Date): OrphanSpill => {
  const { bytes, inode } = readWithInode(file);
  const { records, damagedBytes, tornBytes } = readRecords(bytes);
  const header = records.find((record) => record.header !== null)?.header ?? null;
  const transactions = new Map<number, SpilledTransaction>();
  let unreadBytes = damagedBytes;
  let isInOrder = true;
  let last = 0;
  for (const record of records) {
    if (record.number === 0) continue;
    const transaction = header === null ? null : open(record, header.spill, last, { file, database, vault });
    if (transaction === null || transactions.has(transaction.number)) {
      unreadBytes += record.bytes;
      continue;
    }
    isInOrder &&= transaction.number > last;
    last = transaction.number;
    transactions.set(last, transaction);
  }
  const numbers = [...transactions.keys()].sort((one, other) => one - other);
  const missing = (numbers.at(-1) ?? 0) - numbers.length;
  const isWhole = unreadBytes + missing === 0 && isInOrder && bytes.length >= (header?.room ?? 0);
  return {
    ...{ file, inode },
    transactions: numbers.flatMap((number) => transactions.get(number) ?? []),
    tornBytes,
    damage: isWhole ? null : { file: nameOfDamaged(file, now), unreadBytes, missing },
  };
};

const readWithInode = (file: string): { readonly bytes: Buffer; readonly inode: number } => {
  const opened = openSync(file, 'r');
  try {
    return { bytes: readFileSync(opened), inode: fstatSync(opened).ino };
  } finally {
    closeSync(opened);
  }
};

/** After its replay: removes the file, or sets a damaged one aside. Another process may have done so, and begun a new one. */
export const settleSpill = ({ file, inode, damage }: OrphanSpill): void => {
  if (statsOf(file)?.ino !== inode) return;
  if (damage === null) {
    rmSync(file, { force: true });
    return;
  }
  renameSync(file, damage.file);
  chmodSync(damage.file, PRIVATE_FILE);
};

export const findDamagedSpills = (database: string): readonly string[] => {
  return namesOf(database, /^(\.\d+)?\.spill\.damaged-/).sort();
};

/** The files beside the database whose names are its own with that ending. */
const namesOf = (database: string, ending: RegExp): string[] => {
  const own = path.basename(database);
  return readdirSync(path.dirname(database)).filter(
    (name) => name.startsWith(own) && ending.test(name.slice(own.length)),
  );
};

const nameOfDamaged = (file: string, now: Date): string => {
  const stem = `${file}.damaged-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    if (!isTaken(name)) return name;
  }
};

interface Opener {
  readonly file: string;
  readonly database: string;
  readonly vault: Vault;
}

/** The largest gap between two records of an older version, which have no numbers. */
const FURTHEST = 500;

/** Null when the record belongs to another spill, or was changed since it was sealed. */
const open = (
  { header, number, sealed }: SpillRecord,
  spill: string,
  last: number,
  { file, database, vault }: Opener,
): SpilledTransaction | null => {
  if (header !== null && header.spill !== spill) return null;
  if (!vault.hasKeyOf(sealed))
    throw new DatabaseError(
      database,
      `${file} holds writes that the database has not got yet, and cannot be opened: it was sealed with another master key. Restore the key, or move the file away to start without those writes.`,
    );
  if (number !== null) return opens(vault, sealed, spill, number) ? { spill, number, sealed } : null;
  for (let guess = last + 1; guess <= last + FURTHEST; guess += 1)
    if (opens(vault, sealed, spill, guess)) return { spill, number: guess, sealed };
  for (let guess = last; guess > 0; guess -= 1)
    if (opens(vault, sealed, spill, guess)) return { spill, number: guess, sealed };
  return null;
};

const opens = (vault: Vault, sealed: string, spill: string, number: number): boolean => {
  try {
    vault.open(sealed, spillPlace(spill, number));
    return true;
  } catch {
    return false;
  }
};

/** A blank spill of this age is left from an older version. */
const FORGOTTEN_MS = 60_000;

/** A live process still writes to its spill; a blank one is about to get its first record. */
const isLeft = (file: string, { records, isBlank }: SpillContent): boolean => {
  if (isBlank) return Date.now() - statSync(file).mtimeMs > FORGOTTEN_MS;
  const header = records.find((record) => record.header !== null)?.header ?? null;
  if (header === null || header.process === process.pid) return true;
  return !isAlive({ id: header.process, birth: header.birth ?? null });
};

const begunAt = ({ file, content }: { file: string; content: SpillContent }): number =>
  content.records.find(({ header }) => header !== null)?.header?.at ?? statSync(file).mtimeMs;
