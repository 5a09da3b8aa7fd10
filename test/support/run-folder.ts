import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const IN_MEMORY = '/dev/shm';
const NEEDED_BYTES = 2 ** 31;

/** Another user is to get through it, as the one of a container. */
const makeFolder = (place: string): string => {
  const folder = mkdtempSync(path.join(place, 'vega-tests-'));
  chmodSync(folder, 0o755);
  return folder;
};

const removeFolder = (folder: string): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });

const isRoomy = (place: string): boolean => {
  const { bavail, bsize } = statfsSync(place);
  return bavail * bsize >= NEEDED_BYTES;
};

/** Some systems start no program that lies in memory; throws there. */
const startProgram = (folder: string): void => {
  const program = path.join(folder, 'program');
  writeFileSync(program, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  execFileSync(program);
  rmSync(program);
};

const makeInMemory = (): string | null => {
  let folder: string | null = null;
  try {
    if (!isRoomy(IN_MEMORY)) return null;
    folder = makeFolder(IN_MEMORY);
    startProgram(folder);
    return folder;
  } catch {
    if (folder !== null) removeFolder(folder);
    return null;
  }
};

/**
 * Everything that the tests write lies in one folder, which ends with them: in memory where that can be, because
 * hundreds of databases and browser profiles would wait for the disk, which has nothing to do with what is tested.
 */
export const setup = (): (() => void) => {
  const folder = makeInMemory() ?? makeFolder(tmpdir());
  process.env.TMPDIR = folder;
  return () => removeFolder(folder);
};
