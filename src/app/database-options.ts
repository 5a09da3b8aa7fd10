import path from 'node:path';
import type { Settings } from '../config.ts';
import { locateDatabase } from '../db/sqlite/files/locate.ts';
import type { DatabaseOptions } from '../db/sqlite/opening.ts';

/** What the configuration says of the database file. */
export const databaseOptions = (
  settings: Settings,
  workingDirectory: string,
  now: Date,
): DatabaseOptions => ({
  file: locateDatabase(settings.databasePath, workingDirectory),
  zone: settings.databaseZone,
  masterKey: { given: settings.masterKeys, folder: path.join(workingDirectory, '.vega') },
  sealsTokens: settings.sealTokens,
  now,
});
