import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { draftOf } from './drafts.ts';
import { isTaken, PRIVATE_FILE } from './own-file.ts';
import { syncToDisk } from './sync-to-disk.ts';

/**
 * Writes a file for its owner alone, whole or not at all. A new one is refused with EEXIST where anything has its name;
 * otherwise it takes the place of what is there, and a symbolic link is not followed.
 */
export const writeWhole = (file: string, text: string, { isNew = false } = {}): void => {
  const draft = draftOf(file);
  try {
    writeFileSync(draft, text, { mode: PRIVATE_FILE, flag: 'wx' });
    syncToDisk(draft);
    if (isNew) putNew(draft, file);
    else renameSync(draft, file);
    syncToDisk(path.dirname(file));
  } finally {
    rmSync(draft, { force: true });
  }
};

/** Not every disk knows hard links. */
const putNew = (draft: string, file: string): void => {
  try {
    linkSync(draft, file);
  } catch (error) {
    if (isTaken(file)) throw error;
    renameSync(draft, file);
  }
};
