import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Makes a file's content safe against a power cut; given a folder, the names in it: a new file needs both. */
export const syncToDisk = (fileOrFolder: string): void => {
  const handle = openSync(fileOrFolder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};
