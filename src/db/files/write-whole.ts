import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { draftOf } from './drafts.ts';
import { moveToFreeName, PRIVATE_FILE } from './own-file.ts';
import { syncToDisk } from './sync-to-disk.ts';

/**
 * Writes a file for its owner alone, whole or not at all. Replaces what is there without following a symbolic link;
 * with `isNew` it throws instead when anything has the name.
 */
export const writeWhole = (file: string, text: string, { isNew = false } = {}): void => {
  const draft = draftOf(file);
  try {
    writeFileSync(draft, text, { mode: PRIVATE_FILE, flag: 'wx' });
    syncToDisk(draft);
    if (!isNew) renameSync(draft, file);
    else if (!moveToFreeName(draft, file)) throw new Error(`${file} exists already.`);
    syncToDisk(path.dirname(file));
  } finally {
    rmSync(draft, { force: true });
  }
};
