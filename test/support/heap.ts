import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { settle } from './test-app.ts';

/** Collects now what nothing refers to. */
export const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
};

/** Collects also what lets go only when it has been collected itself; answers the bytes that are left. */
export const heapAfterCollection = async (): Promise<number> => {
  for (let round = 0; round < 3; round += 1) {
    collectGarbage();
    await settle(20);
  }
  return process.memoryUsage().heapUsed;
};
