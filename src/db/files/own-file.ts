import { constants, linkSync, lstatSync, renameSync, rmSync, type Stats } from 'node:fs';
import { errorCode } from '../error-code.ts';

/** Does not follow a symbolic link, except on Windows. */
export const OPEN_OWN = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0);
/** Fails when the name is taken. */
export const MAKE_NEW = 'wx+';

export const PRIVATE_FILE = 0o600;

/** Does not follow links; undefined when nothing has the name, or it is too long. */
export const statsOf = (file: string): Stats | undefined => {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch (error) {
    if (errorCode(error) === 'ENAMETOOLONG') return undefined;
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

/** Renames a file unless the name is taken, which answers false. On a disk without hard links two programs may race. */
export const moveToFreeName = (from: string, to: string): boolean => {
  if (isTaken(to)) return false;
  try {
    linkSync(from, to);
  } catch {
    if (isTaken(to)) return false;
    renameSync(from, to);
  }
  rmSync(from, { force: true });
  return true;
};
