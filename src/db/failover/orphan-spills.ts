import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseError } from '../database-error.ts';
import { isPlainFile, isTaken, PRIVATE_FILE } from '../files/own-file.ts';
import { isAlive } from '../files/process-mark.ts';
import { spillPlace, type Vault } from '../secrets/vault.ts';
import { isSpillInUse } from './spill-file.ts';
import type { SpillRecord } from './spill-record.ts';
import { readRecords, type SpillContent } from './spill-records.ts';

/** A transaction that the database may not have got yet. */
export interface SpilledTransaction {
  /** The spill that it belongs to. */
  readonly spill: string;
  /** Its number there, from 1. */
  readonly number: number;
  readonly sealed: string;
}

/** A spill file that is not whole. It is kept, because not everything in it could be read. */
export interface SpillDamage {
  /** Where the file lies once everything else in it is in the database. */
  readonly file: string;
  readonly unreadBytes: number;
  /** How many transactions are surely missing; there may be more at the end. */
  readonly missing: number;
}

/** What an earlier process has spilled and never given to the database. */
export interface OrphanSpill {
  readonly file: string;
  /** In the order in which they were made; each once. */
  readonly transactions: readonly SpilledTransaction[];
  /** The end of the file: a record whose write was cut off, so nobody was ever told that it is stored. */
  readonly tornBytes: number;
  /** Null when the file is whole up to its torn end. */
  readonly damage: SpillDamage | null;
}

/** The spills beside a database whose processes are gone, in the order in which they were begun. */
export const findOrphanSpills = (database: string): readonly string[] => {
  const directory = path.dirname(database);
  return namesOf(database, /^(\.\d+)?\.spill$/)
    .map((name) => path.join(directory, name))
    .filter((file) => !isSpillInUse(file) && isPlainFile(file))
    .map((file) => ({ file, content: readRecords(readFileSync(file)) }))
    .filter(({ file, content }) => isLeft(file, content))
    .sort((one, other) => begunAt(one) - begunAt(other))
    .map(({ file }) => file);
};

/** Reads a spill. One that was sealed with another key is refused: nothing of it is dropped in silence. */
export const readSpill = (file: string, database: string, vault: Vault, now: Date): OrphanSpill => {
  const bytes = readFileSync(file);
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
    file,
    transactions: numbers.flatMap((number) => transactions.get(number) ?? []),
    tornBytes,
    damage: isWhole ? null : { file: nameOfDamaged(file, now), unreadBytes, missing },
  };
};

/** Everything that could be read is in the database: the file goes, unless there is more in it. */
export const settleSpill = ({ file, damage }: OrphanSpill): void => {
  if (!isTaken(file)) return;
  if (damage === null) {
    rmSync(file);
    return;
  }
  renameSync(file, damage.file);
  chmodSync(damage.file, PRIVATE_FILE);
};

/** The spills that were kept because they are damaged. */
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

/** So many transactions can be missing between two of an older version, which do not tell their numbers. */
const FURTHEST = 500;

/** Null when the record does not belong into this spill, or was changed since it was sealed. */
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

/** Older versions left an empty one behind when they were killed at its beginning. */
const FORGOTTEN_MS = 60_000;

/** A process that lives still writes to it, or is about to: then there is nothing in it yet. */
const isLeft = (file: string, { records, isBlank }: SpillContent): boolean => {
  if (isBlank) return Date.now() - statSync(file).mtimeMs > FORGOTTEN_MS;
  const header = records.find((record) => record.header !== null)?.header ?? null;
  if (header === null || header.process === process.pid) return true;
  return !isAlive({ id: header.process, birth: header.birth ?? null });
};

const begunAt = ({ file, content }: { file: string; content: SpillContent }): number =>
  content.records.find(({ header }) => header !== null)?.header?.at ?? statSync(file).mtimeMs;
