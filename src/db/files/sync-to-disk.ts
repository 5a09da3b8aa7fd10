import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Syncs a file's content, or the names in a folder; a new file needs both to survive a power cut. */
export const syncToDisk = (fileOrFolder: string): void => {
  const handle = openSync(fileOrFolder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};
