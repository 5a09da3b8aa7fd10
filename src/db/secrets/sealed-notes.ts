import { createHash, createHmac } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Secret } from '../../domain/secret.ts';
import { writeWhole } from '../files/write-whole.ts';
import type { Queryable } from '../queryable.ts';
import { openAuditKey } from './sealed-values.ts';
import type { SealedPlace, Vault } from './vault.ts';

interface Options {
  /** The folder of the key file. */
  readonly folder: string;
  readonly database: { readonly read: Queryable; readonly vault: Vault };
}

export interface SealedNote {
  readonly id: string;
  readonly text: Secret;
}

/** Texts that are kept sealed while the database cannot take them, each in a file of its own. */
export class SealedNotes {
  readonly #options: Options;
  readonly #begin: string;

  private constructor(options: Options, begin: string) {
    this.#options = options;
    this.#begin = begin;
  }

  /** Tells the notes of one database from those of others, which may lie in the same folder. */
  static async open(options: Options): Promise<SealedNotes> {
    const { read, vault } = options.database;
    const mark = createHmac('sha256', await openAuditKey(read, vault))
      .update('notes')
      .digest('hex');
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    return new SealedNotes(options, `note-${mark.slice(0, 8)}-`);
  }

  /** On the disk when this returns; the same text is kept once. */
  keep(text: Secret): SealedNote {
    const id = hashOf(text.reveal()).slice(0, 32);
    writeWhole(this.#fileOf(id), this.#options.database.vault.seal(text, this.#placeOf(id)));
    return { id, text };
  }

  /** What is there, also of earlier processes. What cannot be opened with the present key is left. */
  list(): readonly SealedNote[] {
    const names = readdirSync(this.#options.folder).filter((name) => name.startsWith(this.#begin));
    return names.flatMap((name) => this.#read(name.slice(this.#begin.length, -SUFFIX.length)));
  }

  remove(id: string): void {
    rmSync(this.#fileOf(id), { force: true });
  }

  #read(id: string): readonly SealedNote[] {
    try {
      const sealed = readFileSync(this.#fileOf(id), 'utf8');
      return [{ id, text: this.#options.database.vault.open(sealed, this.#placeOf(id)) }];
    } catch {
      return [];
    }
  }

  #fileOf(id: string): string {
    return path.join(this.#options.folder, `${this.#begin}${id}${SUFFIX}`);
  }

  #placeOf(id: string): SealedPlace {
    return { table: 'notes', column: this.#begin, row: id };
  }
}

const SUFFIX = '.sealed';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
