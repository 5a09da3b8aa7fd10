import { readFileSync, readlinkSync } from 'node:fs';
import type { ProcessMark } from '../../domain/process-mark.ts';
import { errorCode } from '../error-code.ts';

export const markOf = (id: number): ProcessMark => ({ id, birth: birthOf(id) });

/** Whether that very process still runs, of any user. */
export const isAlive = ({ id, birth }: ProcessMark): boolean => {
  if (!isRunning(id)) return false;
  const present = birth === null ? null : birthOf(id);
  return present === null || present === birth;
};

/** False for a process of another container on this machine, which cannot be seen and may be alive. */
export const isSurelyDead = (mark: ProcessMark): boolean => {
  const [boot, container] = mark.birth?.split(' ') ?? [];
  const [ownBoot, ownContainer] = birthOf(process.pid)?.split(' ') ?? [];
  const isHidden = boot !== undefined && boot === ownBoot && container !== ownContainer;
  return !isHidden && !isAlive(mark);
};

/**
 * The same of a process that wrote to this database. Where other machines write to it, too, it may be one of theirs, of which
 * nothing is known here.
 */
export const isDeadWriter = (mark: ProcessMark, { isShared }: { readonly isShared: boolean }): boolean => {
  const [boot] = mark.birth?.split(' ') ?? [];
  const [ownBoot] = birthOf(process.pid)?.split(' ') ?? [];
  const isFromHere = boot !== undefined && boot === ownBoot;
  return (isFromHere || !isShared) && isSurelyDead(mark);
};

const isRunning = (id: number): boolean => {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
};

/** The index of the start time in `stat`, counted behind the program's name in brackets. */
const STARTED_AT = 19;

const birthOf = (id: number): string | null => {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[STARTED_AT];
    const container = readlinkSync(`/proc/${id}/ns/pid`);
    return startedAt === undefined ? null : `${boot} ${container} ${startedAt}`;
  } catch {
    return null;
  }
};
