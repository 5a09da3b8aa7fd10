import { moveDatabase } from '../../src/db/move/move.ts';
import { type EndAddress, withEnds } from '../../src/db/move/open-ends.ts';
import { IST } from '../../src/domain/wall-time.ts';

/**
 * Moves a database in a process of its own, which dies by SIGKILL when the stage is reached; while copying, in the middle
 * of the tables. Ends with 0 only if it was never killed.
 */
const [folder = '', from = '', to = '', wanted = ''] = process.argv.slice(2);

const endOf = (place: string): EndAddress =>
  place.startsWith('postgres') ? { url: place } : { file: place };
const ends = {
  from: endOf(from),
  to: endOf(to),
  masterKey: { given: [], folder: `${folder}/.vega` },
  browserLock: `${folder}/browser.lock`,
  now: new Date(),
};
await withEnds(ends, (source, target) =>
  moveDatabase(source, target, {
    zone: IST,
    clock: () => new Date(),
    onProgress: ({ stage, table }) => {
      const isMiddle = stage !== 'COPYING' || table === 'vega_login_attempts';
      if (stage === wanted && isMiddle) process.kill(process.pid, 'SIGKILL');
    },
  }),
);
