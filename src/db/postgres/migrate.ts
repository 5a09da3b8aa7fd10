import { Migrator } from 'kysely';
import { postgresMigrations } from '../../../migrations/index.ts';
import { DatabaseError } from '../database-error.ts';
import { refuseMoved } from '../move/tombstone.ts';
import type { Queryable } from '../queryable.ts';
import { RECORD, RECORD_LOCK } from '../schema/migration-record.ts';
import { type Ground, type Relation, readGround } from './ground.ts';

/**
 * Executes every missing migration, all in one transaction; a process that comes at the same time waits for it. `place`
 * is how messages name the database. Throws a `DatabaseError`, and changes nothing, for a database that is not ours,
 * was moved, or is of a newer version.
 */
export const migratePostgres = async (kysely: Queryable, place: string): Promise<void> => {
  try {
    await refuseMoved(kysely, place);
    const ground = await readGround(kysely, NAMES);
    refuseNewer(place, ground);
    const missing = Object.keys(postgresMigrations).filter((name) => !ground.executed.includes(name));
    if (missing.length === 0) return;
    refuseTaken(place, ground, missing);
    await migrateToLatest(kysely, schemaFor(place, ground));
  } catch (error) {
    throw error instanceof DatabaseError ? error : explain(place, error);
  }
};

/** The tables of Kysely's migrator, with their columns. */
const RECORDS: ReadonlyMap<string, string> = new Map([
  [RECORD, 'name,timestamp'],
  [RECORD_LOCK, 'id,is_locked'],
]);

const NAMES: readonly string[] = [
  ...Object.values(postgresMigrations).flatMap(({ makes }) => makes),
  ...RECORDS.keys(),
];

const migrateToLatest = async (kysely: Queryable, schema: string): Promise<void> => {
  const migrator = new Migrator({
    db: kysely,
    provider: { getMigrations: async () => ({ ...postgresMigrations }) },
    migrationTableName: RECORD,
    migrationLockTableName: RECORD_LOCK,
    // Otherwise a record in another schema of the database counts as this one's.
    migrationTableSchema: schema,
    // Otherwise the order of their times is checked, and the clock may have been set back.
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
};

const refuseNewer = (place: string, { executed }: Ground): void => {
  const newer = executed.filter((name) => !(name in postgresMigrations));
  if (newer.length === 0) return;
  throw new DatabaseError(
    place,
    `The database ${place} was made by a newer vega-auth (it knows ${newer.join(', ')}). Update this one.`,
  );
};

/** Refuses tables of another program that have the names of those that the missing migrations make. */
const refuseTaken = (place: string, { relations }: Ground, missing: readonly string[]): void => {
  const needed = new Set(missing.flatMap((name) => postgresMigrations[name]?.makes ?? []));
  const taken = relations.filter((relation) => needed.has(relation.name) || isStrangeRecord(relation));
  if (taken.length === 0) return;
  const names = taken.map(({ name, kind }) => `${name} (${kind})`).join(', ');
  const cure = taken.map(({ name }) => `ALTER TABLE "${name}" RENAME TO "${name}_of_another"`).join('; ');
  throw new DatabaseError(
    place,
    `The database ${place} has what vega-auth has not made under names that it needs: ${names}. Rename it (\`${cure}\`), or set VEGA_DATABASE_URL to another database. If it was copied from a database of vega-auth, copy that one whole, with its table ${RECORD}. Nothing was changed.`,
  );
};

const isStrangeRecord = ({ name, columns }: Relation): boolean =>
  RECORDS.has(name) && RECORDS.get(name) !== columns;

/** Where the record is; of a new database, where its user's tables go. */
const schemaFor = (place: string, { relations, schema, user, mayCreate }: Ground): string => {
  if (schema === null)
    throw new DatabaseError(
      place,
      `The user ${user} of the database ${place} may use no schema of its search_path. Run \`GRANT USAGE, CREATE ON SCHEMA public TO "${user}"\` on it as its owner, and start again. Nothing was changed.`,
    );
  if (!mayCreate)
    throw new DatabaseError(
      place,
      `The user ${user} of the database ${place} may not make tables in its schema ${schema}. Run \`GRANT CREATE ON SCHEMA "${schema}" TO "${user}"\` on it as its owner, and start again. Nothing was changed.`,
    );
  return relations.find(({ name }) => name === RECORD)?.schema ?? schema;
};

const explain = (place: string, error: unknown): DatabaseError => {
  const reason = error instanceof Error ? error.message : String(error);
  return new DatabaseError(place, `The database ${place} cannot be migrated: ${reason}`, { cause: error });
};
