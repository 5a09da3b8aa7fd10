import { sql } from 'kysely';
import type { Queryable } from '../queryable.ts';
import { RECORD } from '../schema/migration-record.ts';

/** What a migration finds in a database. */
export interface Ground {
  readonly executed: readonly string[];
  /** What has one of the names that were asked for. */
  readonly relations: readonly Relation[];
  /** Where new tables go; null where the user may use none of the search path. */
  readonly schema: string | null;
  readonly user: string;
  readonly mayCreate: boolean;
}

export interface Relation {
  readonly name: string;
  readonly kind: string;
  readonly schema: string;
  /** Separated by commas, in order. */
  readonly columns: string;
}

export const readGround = async (db: Queryable, names: readonly string[]): Promise<Ground> => {
  // Before the record: what another process makes meanwhile stands in the record by then.
  const relations = await findRelations(db, names);
  const { rows } = await sql<Pick<Ground, 'schema' | 'user' | 'mayCreate'>>`
    select current_schema()::text as schema, current_user::text as "user",
      coalesce(has_schema_privilege(current_schema(), 'create'), false) as "mayCreate"`.execute(db);
  const [place = { schema: null, user: '', mayCreate: false }] = rows;
  return { ...place, relations, executed: await findExecuted(db) };
};

const findRelations = async (db: Queryable, names: readonly string[]): Promise<readonly Relation[]> => {
  const { rows } = await sql<Relation>`
    select relation.relname::text as name,
      case when relation.relkind in ('r', 'p', 'f') then 'table' when relation.relkind in ('v', 'm') then 'view'
        when relation.relkind in ('i', 'I') then 'index' when relation.relkind = 'S' then 'sequence'
        else 'type' end as kind,
      namespace.nspname::text as schema,
      coalesce((select string_agg(attname, ',' order by attnum) from pg_attribute
        where attrelid = relation.oid and attnum > 0 and not attisdropped), '') as columns
    from pg_class relation join pg_namespace namespace on namespace.oid = relation.relnamespace
    where relation.relname in (${sql.join(names)}) and pg_table_is_visible(relation.oid)
    order by relation.relname`.execute(db);
  return rows;
};

/** Empty where there is no record, or one of another program. */
const findExecuted = async (db: Queryable): Promise<readonly string[]> => {
  const [record] = await findRelations(db, [RECORD]);
  if (record?.columns !== 'name,timestamp') return [];
  const { rows } = await sql<{ name: string }>`
    select name from ${sql.table(RECORD)} order by name`.execute(db);
  return rows.map(({ name }) => name);
};
