import { constants, lstatSync, type Stats } from 'node:fs';

/** Flags of `open` for a file of our own: a symbolic link that stands there is not followed. */
export const { O_RDWR, O_CREAT, O_EXCL } = constants;
/** Windows has none. */
export const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0;

export const PRIVATE_FILE = 0o600;

/** What has that name, links not followed; undefined where nothing has it, or can have it. */
export const statsOf = (file: string): Stats | undefined => {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENAMETOOLONG') return undefined;
    throw error;
  }
};

/** Whether anything has that name; a symbolic link counts, also one that leads nowhere. */
export const isTaken = (file: string): boolean => statsOf(file) !== undefined;

/** A file that is no symbolic link. */
export const isPlainFile = (file: string): boolean => statsOf(file)?.isFile() === true;

/** A plain file that has no other name: writing to it changes nothing else. */
export const isOwnFile = (file: string): boolean => {
  const stats = statsOf(file);
  return stats?.isFile() === true && stats.nlink === 1;
};
