import { Migrator, sql } from 'kysely';
import { sqliteMigrations } from '../../../../migrations/index.ts';
import { DatabaseError } from '../../database-error.ts';
import { refuseMoved } from '../../move/tombstone.ts';
import type { Queryable } from '../../queryable.ts';
import { RECORD, RECORD_LOCK } from '../../schema/migration-record.ts';
import { explain } from '../connection.ts';
import { type MigrationRecord, readRecord, refuseOlderBeside, takeOwnNames } from './own-tables.ts';

/** The executed migrations of a database. Throws a `DatabaseError` for one that was moved, or is of a newer version. */
export const executedMigrations = async (file: string, kysely: Queryable): Promise<MigrationRecord> => {
  await refuseMoved(kysely, file);
  await refuseOlderBeside(file, kysely);
  const record = await readRecord(kysely);
  const newer = record.executed.filter((name) => !(name in sqliteMigrations));
  if (newer.length === 0) return record;
  throw new DatabaseError(
    file,
    `The database ${file} was made by a newer vega-auth (it knows ${newer.join(', ')}). Update this one.`,
  );
};

export const isUpToDate = ({ executed }: MigrationRecord): boolean =>
  Object.keys(sqliteMigrations).every((name) => executed.includes(name));

export const CURRENT_SCHEMA = Object.keys(sqliteMigrations).at(-1) ?? '';

/** Executes every missing migration, each in its own transaction. */
export const migrate = async (file: string, kysely: Queryable): Promise<void> => {
  if (!isUpToDate(await executedMigrations(file, kysely))) await migrateToLatest(file, kysely);
  await enforceOneRowPerApi(kysely);
};

const migrateToLatest = async (file: string, kysely: Queryable): Promise<void> => {
  await takeOwnNames(file, kysely);
  const migrator = new Migrator({
    db: kysely,
    provider: { getMigrations: async () => ({ ...sqliteMigrations }) },
    migrationTableName: RECORD,
    migrationLockTableName: RECORD_LOCK,
    // Otherwise the order of their times is checked, and the clock may have been set back.
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw explain(file, error);
};

/**
 * One row per account and API. A database of the predecessor may have several: the newest is read, and the index is made
 * at a later start, once replaces have left one of each.
 */
const enforceOneRowPerApi = async (kysely: Queryable): Promise<void> => {
  const { rows } = await sql`
    select 1 from sqlite_master where name = 'upstox_tokens_one_per_api'`.execute(kysely);
  if (rows.length > 0) return;
  const twice = await sql`
    select 1 from upstox_tokens group by coalesce(user_id, 1), api_name having count(*) > 1 limit 1`.execute(
    kysely,
  );
  if (twice.rows.length > 0) return;
  await sql`
    create unique index if not exists upstox_tokens_one_per_api
    on upstox_tokens (coalesce(user_id, 1), api_name)`.execute(kysely);
};
