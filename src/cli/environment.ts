import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import type { Env } from '../config.ts';

/** The process's environment over what `.env` in the working directory says. */
export const readEnvironment = (workingDirectory: string): Env => {
  const file = path.join(workingDirectory, '.env');
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  return { ...fromFile, ...process.env };
};
