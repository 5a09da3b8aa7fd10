import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';

interface Process {
  readonly id: number;
  readonly parent: number;
  /** Begins with `T` when it is suspended, with `Z` when only its parent has not yet seen its end. */
  readonly state: string;
}

/** Ends a process and its children in one moment, as a crash of the machine would. */
export const crash = async (parent: number): Promise<void> => {
  // A suspended parent neither starts another child nor sees that one has died.
  signal(parent, 'SIGSTOP');
  await until(() => processOf(parent)?.state.startsWith('T') ?? true);
  const family = [parent, ...list().flatMap((each) => (each.parent === parent ? [each.id] : []))];
  for (const id of family) signal(id, 'SIGKILL');
  await until(() => family.every((id) => processOf(id)?.state.startsWith('Z') ?? true));
};

/** Signals a process, which may have ended a moment ago. */
export const signal = (id: number, name: NodeJS.Signals): void => {
  try {
    process.kill(id, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

export const until = async (ready: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await ready())) await after(10);
};

const processOf = (id: number): Process | undefined => list().find((each) => each.id === id);

const list = (): readonly Process[] => (existsSync('/proc/self/stat') ? ofLinux() : ofPs());

const ofLinux = (): readonly Process[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const text = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state = '', parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
        return [{ id: Number(name), parent: Number(parent), state }];
      } catch {
        return [];
      }
    });

const ofPs = (): readonly Process[] =>
  spawnSync('ps', ['-axo', 'pid=,ppid=,stat='], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n')
    .map((line) => {
      const [id, parent, state = ''] = line.trim().split(/\s+/);
      return { id: Number(id), parent: Number(parent), state };
    });
