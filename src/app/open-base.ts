import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import { SealedNotes } from '../db/secrets/sealed-notes.ts';
import type { DatabaseOptions } from '../db/sqlite/opening.ts';
import { SqliteDatabase } from '../db/sqlite/sqlite-database.ts';
import type { Listening } from '../http/listen.ts';
import { type Logger, named } from '../log.ts';
import { AccessKeys } from '../services/access/access-keys.ts';
import { Sessions } from '../services/access/sessions.ts';
import { Audit } from '../services/audit/audit.ts';
import { Refusals } from '../services/audit/refusal-audit.ts';
import type { DisposalStack } from '../services/disposal-stack.ts';
import { EventLog } from '../services/events/event-log.ts';
import { reportFindings, watchStorage } from '../services/storage/storage-watch.ts';
import type { AppOptions } from './app-options.ts';
import { databaseOptions } from './database-options.ts';
import { markForDemo, refuseDemo, refuseRehearsal } from './demo-mark.ts';

/** The database, and what is written to it whatever else happens. */
export const openBase = async (config: Config, options: AppOptions, log: Logger, opened: DisposalStack) => {
  const { workingDirectory = process.cwd(), isVisit = false, isDemo = false } = options;
  const found = databaseOptions(config, workingDirectory, options.clock?.() ?? new Date());
  const databaseUrl = options.databaseUrl ?? config.databaseUrl?.reveal() ?? null;
  if (isDemo) refuseRehearsal(found.file, databaseUrl);
  else if (databaseUrl === null) refuseDemo(found.file);
  const database = opened.use(await openDatabase(found, databaseUrl, options));
  if (isDemo) markForDemo(found.file);
  const notes = await SealedNotes.open({ folder: found.masterKey.folder, database });
  const { clock = database.clock } = options;
  const servers: Listening[] = [];
  opened.defer(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())));
  const events = opened.use(await EventLog.open({ database, clock, log: named(log, 'events') }));
  const audit = new Audit(database, clock);
  const forStorage = { database, events, audit, clock, log: named(log, 'storage') };
  watchStorage({ ...forStorage, isVisit });
  await reportFindings(forStorage);
  if (!isVisit) {
    await audit.record('SERVER_STARTED', { processId: process.pid });
    opened.defer(() => recordStop(audit, forStorage.log));
  }
  const refusals = opened.use(new Refusals(audit, named(log, 'access')));
  const accessKeys = new AccessKeys({ database, audit, clock });
  const sessions = new Sessions({ database, keys: accessKeys, audit, clock });
  opened.defer(() => sessions[Symbol.dispose]());
  return { database, notes, servers, events, audit, refusals, accessKeys, sessions, clock };
};

/** A database that is gone does not keep the program from its end. */
const recordStop = async (audit: Audit, log: Logger): Promise<void> => {
  try {
    await audit.record('SERVER_STOPPED', {});
  } catch (error) {
    log.error({ err: error }, 'the end could not be written into the audit');
  }
};

const openDatabase = async (
  found: DatabaseOptions,
  databaseUrl: string | null,
  { beforeStatement, isVisit = false }: AppOptions,
): Promise<Database> => {
  if (databaseUrl === null) return SqliteDatabase.open({ ...found, beforeStatement, isBrief: isVisit });
  const { PostgresDatabase } = await import('../db/postgres/postgres-database.ts');
  return PostgresDatabase.open({ ...found, url: databaseUrl });
};

export type Base = Awaited<ReturnType<typeof openBase>>;
