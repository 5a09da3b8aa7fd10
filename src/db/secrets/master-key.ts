import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Secret } from '../../domain/secret.ts';
import { writeWhole } from '../files/write-whole.ts';

/** A key that seals, with an id that tells it from other keys and nothing else. */
export interface MasterKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** Where the master key comes from: the keys themselves, or the folder of the key file. */
export interface MasterKeySource {
  /** VEGA_MASTER_KEY: the first seals, the others only open what was sealed before a rotation. */
  readonly given: readonly Secret[];
  /** The folder `.vega`; the key file in it is used when no key is given. */
  readonly folder: string;
}

const KEY_BYTES = 32;
const FILE = 'master.key';
const NEXT_FILE = 'master.key.next';

/** A key from any text that is long enough: the text is hashed, so hexadecimal, base64 and pass phrases all do. */
export const toMasterKey = (text: string): MasterKey => {
  const bytes = Buffer.from(hkdfSync('sha256', text.trim(), '', 'vega-auth master key', KEY_BYTES));
  return { id: createHash('sha256').update('id').update(bytes).digest('hex').slice(0, 8), bytes };
};

/** The keys there are: those that are given, else those in the key files. Empty when there is none yet. */
export const readMasterKeys = ({ given, folder }: MasterKeySource): readonly MasterKey[] => {
  if (given.length > 0) return given.map((secret) => toMasterKey(secret.reveal()));
  return (
    [FILE, NEXT_FILE]
      .map((name) => path.join(folder, name))
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, 'utf8'))
      // One that was half written is none.
      .filter((text) => text.trim() !== '')
      .map((text) => toMasterKey(text))
  );
};

export const masterKeyIds = (source: MasterKeySource): readonly string[] =>
  readMasterKeys(source).map(({ id }) => id);

/** Makes the key file of a new desk (mode 600); one that another process has just made is taken instead. */
export const makeMasterKey = (folder: string): MasterKey => {
  const file = path.join(folder, FILE);
  if (existsSync(file) && readFileSync(file, 'utf8').trim() === '') rmSync(file);
  try {
    return writeKey(path.join(folder, FILE), true);
  } catch (error) {
    const [made] = readMasterKeys({ given: [], folder });
    if (made === undefined) throw error;
    return made;
  }
};

/**
 * A rotation has three steps, and a crash may fall between any two: the next key is on the disk before anything is
 * sealed with it, and takes the place of the old one after everything is.
 */
export const prepareNextKey = (folder: string): MasterKey => writeKey(path.join(folder, NEXT_FILE), false);

/** The last step of a rotation, and its repair at a start: of the two files the one with the key in use stays. */
export const settleKeyFiles = (folder: string, idInUse: string): void => {
  const [file, next] = [path.join(folder, FILE), path.join(folder, NEXT_FILE)];
  if (!existsSync(next)) return;
  const isInUse = toMasterKey(readFileSync(next, 'utf8')).id === idInUse;
  if (isInUse) renameSync(next, file);
  if (!isInUse) rmSync(next);
};

/** Whole or not at all: a key file that was half written would seal everything with a key that anybody can guess. */
const writeKey = (file: string, isNew: boolean): MasterKey => {
  const text = randomBytes(KEY_BYTES).toString('base64url');
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeWhole(file, `${text}\n`, { isNew });
  return toMasterKey(text);
};
