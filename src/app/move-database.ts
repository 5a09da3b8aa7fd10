import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Config } from '../config.ts';
import { type Moved, type MoveOptions, moveDatabase } from '../db/move/move.ts';
import { type EndAddress, withEnds } from '../db/move/open-ends.ts';
import { databaseOptions } from './database-options.ts';
import { refuseDemo } from './demo-mark.ts';

interface MoveRequest {
  /** The address of a PostgreSQL database, or the path of a file; null for the one of the settings. */
  readonly from: string | null;
  readonly to: string;
}

interface MoveWishes extends Pick<MoveOptions, 'onProgress' | 'signal'> {
  /** Asked with both names, once nothing speaks against the move. */
  readonly confirm: (from: string, to: string) => Promise<boolean>;
  readonly browserLock?: string;
}

/** Carries the database over to the other engine. Null where the operator has said no; nothing was changed then. */
export const migrateDatabase = async (
  config: Config,
  workingDirectory: string,
  { from, to }: MoveRequest,
  { confirm, browserLock = path.join(tmpdir(), 'vega-auth-browser.lock'), ...wishes }: MoveWishes,
): Promise<Moved | null> => {
  const clock = () => new Date();
  const { file, zone, masterKey, now } = databaseOptions(config, workingDirectory, clock());
  const isServer = (text: string) => /^postgres(ql)?:/i.test(text);
  // What leads to a file comes from the server of the settings, and the other way round.
  const usual = isServer(to) ? file : (config.databaseUrl?.reveal() ?? file);
  const endOf = (text: string): EndAddress => {
    if (isServer(text)) return { url: text };
    const place = path.resolve(workingDirectory, text);
    refuseDemo(place);
    return { file: place };
  };
  const ends = { from: endOf(from ?? usual), to: endOf(to), masterKey, browserLock, now };
  return withEnds(ends, async (source, target) => {
    await source.refuseUse();
    if (!(await confirm(source.place.name, target.place.name))) return null;
    return moveDatabase(source, target, { zone, clock, ...wishes });
  });
};
