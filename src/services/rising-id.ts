import { randomBytes } from 'node:crypto';

let last = 0;

/** An id that is above those that were made before, so that rows of the same instant keep their order in any database. */
export const risingId = (): string => {
  last = Math.max(last + 1, Date.now() * 1000);
  return `${last.toString(16).padStart(13, '0')}${randomBytes(6).toString('hex')}`;
};
