import { readFileSync } from 'node:fs';

/** A process, told apart from any other that gets its id after it: after a restart of the machine ids begin anew. */
export interface ProcessMark {
  readonly id: number;
  /** The machine's start and the process's own, as Linux tells them; null where nobody does. */
  readonly birth: string | null;
}

export const markOf = (id: number): ProcessMark => ({ id, birth: birthOf(id) });

/** Whether that very process still runs, whoever owns it. */
export const isAlive = ({ id, birth }: ProcessMark): boolean => {
  if (!isRunning(id)) return false;
  const present = birth === null ? null : birthOf(id);
  return present === null || present === birth;
};

const isRunning = (id: number): boolean => {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/** The second field of `stat` is the program's name in brackets and may hold anything; the start is the twentieth behind it. */
const STARTED_AT = 19;

const birthOf = (id: number): string | null => {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[STARTED_AT];
    return startedAt === undefined ? null : `${boot} ${startedAt}`;
  } catch {
    return null;
  }
};
