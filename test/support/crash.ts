import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Env } from '../../src/config.ts';
import type { Checkpoint } from '../../src/services/runs/checkpoints.ts';
import { built } from './built.ts';

interface Death {
  readonly signal: NodeJS.Signals | null;
  /** Everything it has said. */
  readonly said: string;
}

/** Runs the program in a process of its own until it is killed at the checkpoint. */
export const runUntil = async (
  directory: string,
  env: Env,
  point: Checkpoint,
  visit: number,
): Promise<Death> => {
  const temporary = path.join(directory, 'tmp');
  mkdirSync(temporary);
  const said: Buffer[] = [];
  const program = await built('test/support/crash-child.ts');
  const child = spawn(process.execPath, [program, directory, point, 'mode: ALL', String(visit)], {
    env: { ...process.env, ...env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (_code, by) => resolve(by));
  });
  return { signal, said: Buffer.concat(said).toString('utf8') };
};

/** Processes that were started with something of this folder in their arguments: a browser names its profile there. */
export const processesIn = (directory: string): readonly string[] => {
  if (!existsSync('/proc/self/cmdline')) return [];
  return readdirSync('/proc').filter(
    (id) => /^\d+$/.test(id) && argumentsOf(id).includes(`${directory}/tmp`),
  );
};

const argumentsOf = (processId: string): string => {
  try {
    return readFileSync(`/proc/${processId}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};
