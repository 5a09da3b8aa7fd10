import { type Moved, type MoveOptions, moveDatabase } from '../../../src/db/move/move.ts';
import { type EndAddress, withEnds } from '../../../src/db/move/open-ends.ts';
import { PostgresDatabase } from '../../../src/db/postgres/postgres-database.ts';
import { IST } from '../../../src/domain/wall-time.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import type { Folder } from '../temporary-database.ts';

export const newUrl = async (): Promise<string> =>
  (await sharedPostgres()).createDatabase({ locale: 'en-US' });

export const masterKeyOf = (folder: Folder) => ({ given: [], folder: folder.file('.vega') });

const endOf = (folder: Folder, place: string): EndAddress =>
  place.startsWith('postgres') ? { url: place } : { file: folder.file(place) };

/** Moves between a file of the folder and a server. */
export const move = (
  folder: Folder,
  from: string,
  to: string,
  wishes: Pick<MoveOptions, 'onProgress' | 'signal'> = {},
): Promise<Moved> => {
  const ends = {
    from: endOf(folder, from),
    to: endOf(folder, to),
    masterKey: masterKeyOf(folder),
    browserLock: folder.file('browser.lock'),
    now: new Date(),
  };
  return withEnds(ends, (source, target) =>
    moveDatabase(source, target, { zone: IST, clock: () => new Date(), ...wishes }),
  );
};

export const openServer = (folder: Folder, url: string): Promise<PostgresDatabase> =>
  PostgresDatabase.open({ url, zone: IST, masterKey: masterKeyOf(folder) });
