import path from 'node:path';
import type { Database } from '../../db/database.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Logger } from '../../log.ts';
import type { AuditedWrites } from '../audit/audit.ts';

/** A copy of the whole database, with every token in it sealed. */
export interface BackupReport {
  /** The file's name in `.vega/backups` beside the database. */
  readonly name: string;
  readonly bytes: number;
  readonly madeAt: Date;
}

export const backUp = async ({ database, audit, clock }: AuditedWrites): Promise<BackupReport> => {
  refuseServer(database);
  refuseOutage(database);
  const { file, bytes, madeAt } = await database.backUp(clock());
  const name = path.basename(file);
  await audit.record('BACKUP_MADE', { file: name });
  return { name, bytes, madeAt };
};

const refuseServer = ({ folder, path: place }: AuditedWrites['database']): void => {
  if (folder !== null) return;
  throw new Refusal(
    'BACKED_UP_BY_SERVER',
    `The database ${place} is copied by PostgreSQL's own tools.`,
    'Run pg_dump --format=custom on it, from a schedule of its server.',
  );
};

/** A copy before a run's first write. The run goes on without one if it cannot be made. A server has its own copies. */
export const backUpBeforeRun = async (needs: AuditedWrites & { readonly log: Logger }): Promise<void> => {
  if (needs.database.trouble !== null || needs.database.folder === null) return;
  const error = await tryBackUp(needs);
  if (error !== null) needs.log.error({ err: error }, 'no backup could be made before the run');
};

/** Older copies can be opened with the old master key alone. False when the new copy could not be made. */
export const backUpAfterRotation = async (needs: AuditedWrites): Promise<boolean> =>
  needs.database.folder === null || (await tryBackUp(needs)) === null;

/** A copy that is not worth failing for; the audit tells of one that could not be made. */
const tryBackUp = async (needs: AuditedWrites): Promise<unknown> => {
  try {
    await backUp(needs);
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await needs.audit.record('BACKUP_FAILED', { reason });
    return error;
  }
};

/** What needs the file itself cannot be done while it cannot be written. */
export const refuseOutage = (database: Database): void => {
  const { trouble } = database;
  if (trouble === null) return;
  throw new Refusal(
    'DATABASE_UNAVAILABLE',
    `The database cannot be written at present (${trouble.code}); ${trouble.pendingWrites} writes wait for it.`,
    trouble.advice ?? 'Wait until it is back: dbRecovery tells.',
  );
};
