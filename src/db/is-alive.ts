import { readlinkSync } from 'node:fs';
import path from 'node:path';

/**
 * Whether a process of that id runs that can be one of ours. After a restart of the machine its id may belong to anybody: to
 * another user, or to another program.
 */
export const isAlive = (processId: number): boolean => {
  try {
    process.kill(processId, 0);
  } catch {
    return false;
  }
  const program = programOf(processId);
  return program === null || program === programOf(process.pid);
};

/** The name of the program that a process runs; null where the system does not tell. Linux does. */
const programOf = (processId: number): string | null => {
  try {
    // A program that was updated meanwhile is still the same.
    return path.basename(readlinkSync(`/proc/${processId}/exe`).replace(/ \(deleted\)$/, ''));
  } catch {
    return null;
  }
};
