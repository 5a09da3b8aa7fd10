import path from 'node:path';
import type { Config } from '../config.ts';
import { locateDatabase } from '../db/sqlite/files/locate.ts';
import type { DatabaseOptions } from '../db/sqlite/opening.ts';

/** What the configuration says of the database file. */
export const databaseOptions = (config: Config, workingDirectory: string, now: Date): DatabaseOptions => ({
  file: locateDatabase(config.databasePath, workingDirectory),
  zone: config.databaseZone,
  masterKey: { given: config.masterKeys, folder: path.join(workingDirectory, '.vega') },
  sealsTokens: config.sealTokens,
  now,
});
