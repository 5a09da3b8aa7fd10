import type { Env } from '../config.ts';
import { readEnvFile } from './env-file.ts';

/** The process's environment over what `.env` in the working directory says. */
export const readEnvironment = (workingDirectory: string): Env => ({
  ...readEnvFile(workingDirectory).values,
  ...process.env,
});
