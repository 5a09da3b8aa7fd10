import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Command, Report } from './keeper.ts';

/**
 * Keeps the folder of a PostgreSQL server and runs its programs there, one at a time. When the process that asked for
 * it is gone, however that ended, what still runs is stopped at once and the folder is removed.
 */
const [place = '', uid = '', gid = ''] = process.argv.slice(1);
const user = uid === '' ? {} : { uid: Number(uid), gid: Number(gid) };
const folder = mkdtempSync(path.join(place, 'vega-postgres-'));
let program: ChildProcess | null = null;

const report = (message: Report): void => {
  // Nobody may be there to hear it.
  process.send?.(message, undefined, undefined, () => undefined);
};

const run = ({ file, args }: Command): void => {
  const child = spawn(file, args, { cwd: folder, stdio: ['ignore', log, log], ...user });
  program = child;
  child.once('spawn', () => report({ kind: 'STARTED', pid: child.pid ?? 0 }));
  child.once('error', (error) => report({ kind: 'ENDED', how: error.message }));
  child.once('exit', (code, signal) => report({ kind: 'ENDED', how: signal ?? `exit code ${code}` }));
};

/** A server that was killed has left its segment of shared memory. Its lock file names it. */
const removeSharedMemory = (): void => {
  try {
    const lock = readFileSync(path.join(folder, 'data/postmaster.pid'), 'utf8');
    const [, segment] = lock.split('\n')[6]?.trim().split(/\s+/) ?? [];
    if (segment !== undefined) spawnSync('ipcrm', ['-m', segment], { stdio: 'ignore' });
  } catch {
    // A server that has shut down has removed both.
  }
};

process.on('message', run);
process.once('disconnect', () => {
  program?.kill('SIGQUIT');
  // One that is suspended would not see it.
  program?.kill('SIGCONT');
});
process.once('exit', () => {
  removeSharedMemory();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
const log = openSync(path.join(folder, 'log'), 'a');
report({ kind: 'OPENED', folder });
