import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from './test-app.ts';

/** Longer than the slowest machine takes to build the package. */
const MADE_WITHIN_MS = 110_000;

/**
 * What is costly and the same for all tests is made by the first worker that asks for it, while the others wait. Answers
 * the folder in which `make` has made it; it ends with the temporary folder of the run.
 */
export const madeOnce = async (name: string, make: (folder: string) => Promise<void>): Promise<string> => {
  const folder = path.join(tmpdir(), name);
  const mark = path.join(folder, '.made');
  if (claim(folder)) {
    try {
      await make(folder);
      writeFileSync(mark, '');
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }
  await until(`${name} to be made`, () => existsSync(mark) || !existsSync(folder), MADE_WITHIN_MS);
  return existsSync(mark) ? folder : madeOnce(name, make);
};

/** Whether the folder was not there yet. */
const claim = (folder: string): boolean => {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
};
