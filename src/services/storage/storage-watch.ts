import path from 'node:path';
import type { Database } from '../../db/database.ts';
import type { Queryable } from '../../db/queryable.ts';
import {
  databaseRestored,
  databaseUnwritable,
  storageDamaged,
  UNWRITABLE,
} from '../../domain/alert/alert-drafts.ts';
import type { AuditEntry, AuditKind, FactsOf } from '../../domain/events/audit.ts';
import type { StorageKind } from '../../domain/token/token.ts';
import type { Logger } from '../../log.ts';
import { raiseAlert, resolveAlerts } from '../alerts/raise-alert.ts';
import type { Audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import type { EventLog } from '../events/event-log.ts';

/** Damage stays reported when a lock is over. */
const OUTAGES = { kinds: ['STORAGE'], accountId: null, prefix: UNWRITABLE } as const;

interface Needs {
  readonly database: Database;
  readonly events: EventLog;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Logger;
}

interface WatchNeeds extends Needs {
  /** The process ends in a moment. */
  readonly isVisit: boolean;
}

const TAKES_OVER: Readonly<Record<StorageKind, string>> = {
  DATABASE: 'the database cannot be written',
  MEMORY: 'the database cannot be written: memory takes over',
  SPILL: 'the database cannot be used: what exists already goes to the spill file, and nothing else begins',
};

/** Publishes and audits when memory takes over from the database, and when the database is back. */
export const watchStorage = ({ database, events, audit, clock, log, isVisit }: WatchNeeds): void => {
  let wasLocked = false;
  let begun: AuditEntry | null = null;
  const write = (work: (transaction: Queryable) => Promise<void>): void => {
    void database
      .write(work)
      .catch((error: unknown) => log.error({ err: error }, 'the audit could not be written'));
  };
  database.listen({
    audit: (entry) => events.publish(entry.accountId, { kind: 'AUDIT', entry }),
    recovery: (recovery, { code, seconds, pendingWrites, isOnDisk, advice }) => {
      const { dbLocked } = recovery;
      events.publishRecovery(recovery);
      const says = { code, pendingWrites, isOnDisk, advice };
      const { fallback } = recovery;
      if (dbLocked && !wasLocked) log.error(says, TAKES_OVER[fallback]);
      if (dbLocked && !isOnDisk) log.error(says, 'the spill file cannot be written either');
      if (!dbLocked) log.warn({ pendingWrites, seconds }, 'the database is back and has everything');
      if (dbLocked && !wasLocked) {
        const entry = audit.entry('FAILOVER_BEGUN', { code, fallback });
        begun = entry;
        write(async (transaction) => {
          await audit.append(transaction, [entry]);
          // A short look ends before anybody could be told, and the server sees the same.
          if (!isVisit) await raiseAlert(transaction, databaseUnwritable(code, fallback, clock()), clock());
        });
      }
      if (!dbLocked)
        write(async (transaction) => {
          // A server that is gone did not take it; one that has it takes it no second time.
          if (begun !== null) await audit.append(transaction, [begun]);
          await audit.note(transaction, 'RECOVERED', { writes: pendingWrites, seconds });
          await resolveAlerts(transaction, OUTAGES, databaseRestored(seconds), clock());
        });
      wasLocked = dbLocked;
    },
  });
};

/** Says what the start has found: writes of an earlier process, a spill that broke off, an audit that is not whole. */
export const reportFindings = async ({
  database,
  audit,
  clock,
  log,
}: Omit<Needs, 'events'>): Promise<void> => {
  const record = <Kind extends AuditKind>(kind: Kind, facts: FactsOf<Kind>, alert: string): Promise<void> =>
    database.write(async (transaction) => {
      await audit.note(transaction, kind, facts);
      await raiseAlert(transaction, storageDamaged(alert, clock()), clock());
    });
  const { replayed, tornBytes, damaged, isHeadMissing, missingEntries } = database.findings;
  if (replayed > 0) {
    log.warn({ writes: replayed }, 'writes of an earlier process were made up for');
    await audit.record('SPILL_REPLAYED', { writes: replayed });
  }
  if (tornBytes > 0) {
    log.error({ bytes: tornBytes }, 'the end of a spill file was not whole');
    await record('SPILL_TORN', { bytes: tornBytes }, 'The end of a spill file was not whole.');
  }
  for (const { file, unreadBytes: bytes, missing } of damaged) {
    log.error(
      { file, bytes, missing },
      'a spill file is damaged: what is whole in it was replayed, and it is kept',
    );
    const facts = { file: path.basename(file), bytes, missing };
    await record('SPILL_DAMAGED', facts, 'A spill file is damaged: what is whole in it was replayed.');
  }
  if (missingEntries > 0) {
    log.error({ missingEntries }, 'the database is an earlier copy: entries are missing at its end');
    const reason = `the database is an earlier copy, ${missingEntries} entries are missing at its end`;
    await record('AUDIT_DAMAGED', { reason }, 'The database is an earlier copy.');
  }
  if (isHeadMissing) {
    log.error('the file that tells how far the audit has come is missing or was changed');
    const reason = 'the file that tells how far it has come was missing';
    await record(
      'AUDIT_DAMAGED',
      { reason },
      'The file that tells how far the audit log has come was missing.',
    );
  }
};
