import path from 'node:path';
import type { Database } from '../../db/database.ts';
import type { Logger } from '../../log.ts';
import type { Audit } from '../audit/audit.ts';
import type { EventLog } from '../events/event-log.ts';

interface Needs {
  readonly database: Database;
  readonly events: EventLog;
  readonly audit: Audit;
  readonly log: Logger;
}

/** Publishes and audits when memory takes over from the database, and when the database is back. */
export const watchStorage = ({ database, events, audit, log }: Needs): void => {
  let wasLocked = false;
  const record = (...entry: Parameters<Audit['record']>): void => {
    void audit
      .record(...entry)
      .catch((error: unknown) => log.error({ err: error }, 'the audit could not be written'));
  };
  database.listen({
    audit: (entry) => events.publish(entry.accountId, { kind: 'AUDIT', entry }),
    recovery: (recovery, { code, seconds, pendingWrites, isOnDisk, advice }) => {
      const { dbLocked } = recovery;
      events.publish(null, { kind: 'DB_RECOVERY', recovery });
      const says = { code, pendingWrites, isOnDisk, advice };
      if (dbLocked && !wasLocked) log.error(says, 'the database cannot be written: memory takes over');
      if (dbLocked && !isOnDisk) log.error(says, 'the spill file cannot be written either');
      if (!dbLocked) log.warn({ pendingWrites, seconds }, 'the database is back and has everything');
      if (dbLocked && !wasLocked) record('FAILOVER_BEGUN', { code });
      if (!dbLocked) record('RECOVERED', { writes: pendingWrites, seconds });
      wasLocked = dbLocked;
    },
  });
};

/** Says what the start has found: writes of an earlier process, a spill that broke off, an audit that is not whole. */
export const reportFindings = async ({ database, audit, log }: Omit<Needs, 'events'>): Promise<void> => {
  const { replayed, tornBytes, damaged, isHeadMissing, missingEntries } = database.findings;
  if (replayed > 0) {
    log.warn({ writes: replayed }, 'writes of an earlier process were made up for');
    await audit.record('SPILL_REPLAYED', { writes: replayed });
  }
  if (tornBytes > 0) {
    log.error({ bytes: tornBytes }, 'the end of a spill file was not whole');
    await audit.record('SPILL_TORN', { bytes: tornBytes });
  }
  for (const { file, unreadBytes: bytes, missing } of damaged) {
    log.error(
      { file, bytes, missing },
      'a spill file is damaged: what is whole in it was replayed, and it is kept',
    );
    await audit.record('SPILL_DAMAGED', { file: path.basename(file), bytes, missing });
  }
  if (missingEntries > 0) {
    log.error({ missingEntries }, 'the database is an earlier copy: entries are missing at its end');
    const reason = `the database is an earlier copy, ${missingEntries} entries are missing at its end`;
    await audit.record('AUDIT_DAMAGED', { reason });
  }
  if (isHeadMissing) {
    log.error('the file that tells how far the audit has come is missing or was changed');
    await audit.record('AUDIT_DAMAGED', { reason: 'the file that tells how far it has come was missing' });
  }
};
