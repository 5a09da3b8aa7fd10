import path from 'node:path';
import type { Env, Settings } from '../config.ts';
import { withBackup } from '../db/sqlite/backup/open-backup.ts';
import { type Restored, restoreBackup } from '../db/sqlite/backup/restore.ts';
import { fileFacts } from '../db/sqlite/files/file-facts.ts';
import { locateDatabase } from '../db/sqlite/files/locate.ts';
import type { MorningReport } from '../domain/report/report.ts';
import { reportLines } from '../domain/report/report-text.ts';
import { Audit } from '../services/audit/audit.ts';
import type { Clock } from '../services/clock.ts';
import { type ReportWish, readMorningReport } from '../services/report/morning-report.ts';
import { databaseOptions } from './database-options.ts';
import { refuseDemo } from './demo-mark.ts';

/** Puts a backup in the place of a database that nobody uses, and writes that down in its audit. */
export const restoreDatabase = async (
  settings: Settings,
  workingDirectory: string,
  from: string | null,
): Promise<Restored> => {
  const clock: Clock = () => new Date();
  const options = databaseOptions(settings, workingDirectory, clock());
  refuseDemo(options.file);
  return restoreBackup(options, from, (database, restored) =>
    new Audit(database, clock).record('RESTORED', { file: path.basename(restored.from) }),
  );
};

/** The report of a day from a backup, with its lines; neither the backup nor the database is changed. */
export const reportOfBackup = async (
  settings: Settings,
  workingDirectory: string,
  backup: string,
  wish: ReportWish,
  clock: Clock = () => new Date(),
): Promise<MorningReport & { readonly lines: readonly string[] }> => {
  const options = databaseOptions(settings, workingDirectory, clock());
  const report = await withBackup(options, backup, (database) =>
    readMorningReport({ database, clock }, wish),
  );
  return { ...report, lines: reportLines(report) };
};

/** What can be said of the database file while its configuration or its keys are wrong, or it is damaged. */
export const databaseFacts = (env: Env, workingDirectory: string) =>
  fileFacts(locateDatabase(env.VEGA_DB_PATH?.trim() || null, workingDirectory));
