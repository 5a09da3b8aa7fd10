import type { StorageKind } from '../token/token.ts';
import { error, info, warn } from './act.ts';

/** What the database, its outages and its backups went through. */
export const STORAGE_ACTS = {
  MASTER_KEY_ROTATED: warn('DB', 'Every secret is sealed with a new master key.'),
  FAILOVER_BEGUN: error<{ code: string; fallback?: StorageKind }>('DB', ({ code, fallback }) =>
    fallback === 'SPILL'
      ? `The database cannot be used (${code}): nothing begins, and what exists already goes to the spill file.`
      : `The database cannot be written (${code}): memory and the spill file take over.`,
  ),
  RECOVERED: warn<{ writes: number; seconds: number }>(
    'DB',
    ({ writes, seconds }) => `The database is back after ${seconds} s; ${writes} writes were made up for.`,
  ),
  SPILL_REPLAYED: warn<{ writes: number }>(
    'DB',
    ({ writes }) => `${writes} writes of an earlier process were made up for.`,
  ),
  SPILL_TORN: error<{ bytes: number }>(
    'DB',
    ({ bytes }) => `The spill file broke off: its last ${bytes} bytes were not whole.`,
  ),
  SPILL_DAMAGED: error<{ file: string; bytes: number; missing: number }>(
    'DB',
    ({ file, bytes, missing }) =>
      `A spill file is damaged: ${bytes} bytes could not be read, at least ${missing} writes are missing. It is kept as ${file}.`,
  ),
  BACKUP_MADE: info<{ file: string }>('DB', ({ file }) => `Backup ${file} made.`),
  BACKUP_FAILED: error<{ reason: string }>('DB', ({ reason }) => `No backup could be made: ${reason}`),
  RESTORED: error<{ file: string }>(
    'DB',
    ({ file }) =>
      `The database was restored from ${file}; what came later is in the file that was set aside.`,
  ),
  DATABASE_MOVED: warn<{ from: string; to: string }>(
    'DB',
    ({ from, to }) => `The database was moved from ${from} to ${to}.`,
  ),
  AUDIT_DAMAGED: error<{ reason: string }>('DB', ({ reason }) => `The audit log is not whole: ${reason}`),
};
