import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Secret } from '../../domain/secret.ts';
import { writeWhole } from '../files/write-whole.ts';

/** A key that seals. Its id reveals nothing of it. */
export interface MasterKey {
  readonly id: string;
  readonly bytes: Buffer;
}

export interface MasterKeySource {
  /** VEGA_MASTER_KEY: the first seals, the others only open what was sealed before a rotation. */
  readonly given: readonly Secret[];
  /** The folder `.vega`; the key file in it is used when no key is given. */
  readonly folder: string;
}

const KEY_BYTES = 32;
const FILE = 'master.key';
const NEXT_FILE = 'master.key.next';

/** Hashes the text, so hexadecimal, base64 and pass phrases all do. */
export const toMasterKey = (text: string): MasterKey => {
  const bytes = Buffer.from(hkdfSync('sha256', text.trim(), '', 'vega-auth master key', KEY_BYTES));
  return { id: createHash('sha256').update('id').update(bytes).digest('hex').slice(0, 8), bytes };
};

/** The given keys, else those in the key files. Empty when there is none yet. */
export const readMasterKeys = (source: MasterKeySource): readonly MasterKey[] =>
  readKeyTexts(source).map((text) => toMasterKey(text.reveal()));

/** The same keys as they are written: whoever opens with these does not touch the key files. */
export const readKeyTexts = ({ given, folder }: MasterKeySource): readonly Secret[] => {
  if (given.length > 0) return given;
  return (
    [FILE, NEXT_FILE]
      .map((name) => path.join(folder, name))
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, 'utf8'))
      // An empty file was not finished.
      .filter((text) => text.trim() !== '')
      .map((text) => new Secret(text))
  );
};

export const masterKeyIds = (source: MasterKeySource): readonly string[] =>
  readMasterKeys(source).map(({ id }) => id);

/** Makes the key file (mode 600), or reads the one that another process has just made. */
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
 * The first step of a rotation. The next key is on the disk before anything is sealed with it, and replaces the old one
 * after everything is, so that a crash between any two steps loses nothing.
 */
export const prepareNextKey = (folder: string): MasterKey => writeKey(path.join(folder, NEXT_FILE), false);

/**
 * The last step of a rotation, and its repair at a start: the next key takes the place of the old one, once it is in use. One
 * that is not in use stays: another process may be about to seal with it. The next rotation writes over it.
 */
export const settleKeyFiles = (folder: string, idInUse: string): void => {
  const [file, next] = [path.join(folder, FILE), path.join(folder, NEXT_FILE)];
  if (!existsSync(next)) return;
  if (toMasterKey(readFileSync(next, 'utf8')).id === idInUse) renameSync(next, file);
};

/** Whole or not at all: a half-written key could be guessed. */
const writeKey = (file: string, isNew: boolean): MasterKey => {
  const text = randomBytes(KEY_BYTES).toString('base64url');
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeWhole(file, `${text}\n`, { isNew });
  return toMasterKey(text);
};
