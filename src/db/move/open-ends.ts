import { DatabaseError } from '../database-error.ts';
import { isBrowserTaken } from '../files/browser-lock.ts';
import type { MasterKeySource } from '../secrets/master-key.ts';
import type { MoveSource, MoveTarget } from './ends.ts';
import { isSamePlace, type MovePlace, placeText } from './places.ts';
import { PostgresSource, PostgresTarget, postgresPlace } from './postgres-ends.ts';
import { SqliteSource, sqlitePlace } from './sqlite-source.ts';
import { SqliteTarget } from './sqlite-target.ts';

/** The path of a file, or the address of a PostgreSQL database. */
export type EndAddress = { readonly file: string } | { readonly url: string };

interface EndsOptions {
  readonly from: EndAddress;
  readonly to: EndAddress;
  readonly masterKey: MasterKeySource;
  /** The file that stands for the machine's one browser. */
  readonly browserLock: string;
  readonly now: Date;
}

const placeOf = (end: EndAddress): MovePlace =>
  'url' in end ? postgresPlace(end.url) : sqlitePlace(end.file);

/** Opens both ends for `work`. Throws a `DatabaseError`, and has changed nothing, where one of them is not fit. */
export const withEnds = async <Result>(
  { from, to, masterKey, browserLock, now }: EndsOptions,
  work: (source: MoveSource, target: MoveTarget) => Promise<Result>,
): Promise<Result> => {
  const [place, other] = [placeOf(from), placeOf(to)];
  if (place.engine === other.engine)
    throw new DatabaseError(
      place.name,
      place.engine === 'SQLITE'
        ? 'A move leads from SQLite to PostgreSQL or back: name the PostgreSQL database (postgres://…) with --to, or with --from or VEGA_DATABASE_URL. Nothing was moved.'
        : 'A move leads from SQLite to PostgreSQL or back. From one server to another, use pg_dump and psql. Nothing was moved.',
    );
  if (isBrowserTaken(browserLock))
    throw new DatabaseError(
      place.name,
      'A browser of vega-auth is in use on this machine. Wait until its login is over, stop every vega-auth, and try again. Nothing was moved.',
    );
  await using source =
    'url' in from
      ? await PostgresSource.open({ ...from, masterKey })
      : await SqliteSource.open({ ...from, masterKey, now });
  const { unfinished } = source;
  if (unfinished !== null && !isSamePlace(unfinished.to, other))
    throw new DatabaseError(
      place.name,
      `A move of ${place.name} to ${placeText(unfinished.to)} was not finished. Run it again with --to ${unfinished.to.name} first. Nothing was moved.`,
    );
  const id = unfinished?.id ?? null;
  await using target =
    'url' in to ? await PostgresTarget.open({ ...to, masterKey }, id) : await SqliteTarget.open(to.file, id);
  return await work(source, target);
};
