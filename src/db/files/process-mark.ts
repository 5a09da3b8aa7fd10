import { readFileSync, readlinkSync } from 'node:fs';
import type { ProcessMark } from '../../domain/process-mark.ts';
import { errorCode } from '../error-code.ts';

export const markOf = (id: number): ProcessMark => ({ id, birth: birthOf(id) });

/** Whether that very process still runs, whoever owns it. */
export const isAlive = ({ id, birth }: ProcessMark): boolean => {
  if (!isRunning(id)) return false;
  const present = birth === null ? null : birthOf(id);
  return present === null || present === birth;
};

/**
 * Whether it surely does not run any more. One of another container on this machine cannot be seen from here, and may live.
 */
export const isSurelyDead = (mark: ProcessMark): boolean => {
  const [boot, container] = mark.birth?.split(' ') ?? [];
  const [ownBoot, ownContainer] = birthOf(process.pid)?.split(' ') ?? [];
  const isHidden = boot !== undefined && boot === ownBoot && container !== ownContainer;
  return !isHidden && !isAlive(mark);
};

const isRunning = (id: number): boolean => {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
};

/** The second field of `stat` is the program's name in brackets and may hold anything; the start is the twentieth behind it. */
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
