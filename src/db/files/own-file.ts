import { constants, linkSync, lstatSync, renameSync, rmSync, type Stats } from 'node:fs';
import { errorCode } from '../error-code.ts';

/** Opens a file of our own without following a symbolic link, which Windows has not. */
export const OPEN_OWN = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0);
/** Makes a file, and fails where anything has its name. */
export const MAKE_NEW = 'wx+';

export const PRIVATE_FILE = 0o600;

/** Of what has that name, links not followed; undefined where nothing has it, or can have it. */
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

/**
 * Renames a file, and replaces none: false when the name is taken. Where the disk has no hard links, two programs that
 * take one name in the same moment race.
 */
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
