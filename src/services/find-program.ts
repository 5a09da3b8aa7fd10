import path from 'node:path';
import { isExecutable } from '../broker/is-executable.ts';

/** Where a program lies that can be started; null where there is none. It is not started. */
export const findProgram = (program: string): string | null => {
  const isPath = program.includes(path.sep) || program.includes('/');
  const folders = isPath ? [''] : (process.env.PATH ?? '').split(path.delimiter);
  const places = folders.map((folder) => path.resolve(folder, program));
  return places.find(isExecutable) ?? null;
};
