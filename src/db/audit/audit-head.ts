import { createHmac } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { isOwnFile, isPlainFile, MAKE_NEW, OPEN_OWN, PRIVATE_FILE } from '../files/own-file.ts';

export interface Link {
  readonly sequence: number;
  readonly hash: string;
}

/** Before the first entry. */
export const START: Link = { sequence: 0, hash: '' };

const LENGTH = 256;

export const headOf = (database: string): string => `${database}.head`;

const readIfAllowed = (file: string): string | null => {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return null;
  }
};

/** Whether there is a head, signed with any key; an empty one was never written. */
export const hasHead = (database: string): boolean =>
  existsSync(headOf(database)) && readIfAllowed(headOf(database))?.trim() !== '';

/**
 * The last entry of the chain in a file beside the database, signed with the chain's key: shows when entries at the end
 * were cut off.
 */
export class AuditHead {
  readonly #file: string;
  readonly #key: Buffer;

  constructor(database: string, key: Buffer) {
    this.#file = headOf(database);
    this.#key = key;
  }

  /** Null when there is none, or none that this database has signed. */
  read(): Link | null {
    if (!isPlainFile(this.#file)) return null;
    const [sequence, hash, signature] = (readIfAllowed(this.#file) ?? '').trim().split(' ');
    if (sequence === undefined || hash === undefined) return null;
    const link = { sequence: Number(sequence), hash };
    return this.#sign(link) === signature ? link : null;
  }

  /** Moves forward only: another process may be further. After a crash the head may lag, which is safe. */
  write(link: Link): void {
    if ((this.read()?.sequence ?? 0) >= link.sequence) return;
    this.reset(link);
  }

  reset(link: Link): void {
    const isThere = isOwnFile(this.#file);
    // Writing through a link would overwrite another file.
    if (!isThere) rmSync(this.#file, { force: true });
    const handle = openSync(this.#file, isThere ? OPEN_OWN : MAKE_NEW, PRIVATE_FILE);
    const text = `${link.sequence} ${link.hash || '-'} ${this.#sign(link)}`;
    try {
      // One write of a fixed length, so that no reader sees half of it.
      writeSync(handle, text.padEnd(LENGTH), 0, 'latin1');
    } finally {
      closeSync(handle);
    }
  }

  #sign({ sequence, hash }: Link): string {
    return createHmac('sha256', this.#key)
      .update(`head ${sequence} ${hash || '-'}`)
      .digest('hex');
  }
}
