import { sql } from 'kysely';
import { postgresMigrations } from '../../../migrations/index.ts';
import type { Queryable } from '../queryable.ts';

/** A table that is carried over. */
export interface MovedTable {
  readonly name: string;
  readonly columns: readonly MovedColumn[];
  /** Its primary key, in order. */
  readonly key: readonly string[];
  /** The column that the database counts up. */
  readonly numbered: string | null;
}

export interface MovedColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly isRequired: boolean;
}

type ColumnKind = 'INTEGER' | 'REAL' | 'TEXT' | 'BOOLEAN' | 'TIME';

/** What only PostgreSQL has, by its triggers. */
export const OWN_TABLES: readonly string[] = ['vega_account_versions'];

/** Every table of the program that both engines have, but the record of migrations, which is each one's own. */
export const MOVED_TABLES: readonly string[] = [
  ...new Set(Object.values(postgresMigrations).flatMap(({ makes }) => makes)),
].filter((name) => !OWN_TABLES.includes(name));

/**
 * What is carried over, as PostgreSQL has it, which is on one side of every move: SQLite does not hold a value to the type
 * of its column. A table comes after those that it refers to.
 */
export const readStructure = async (postgres: Queryable): Promise<readonly MovedTable[]> => {
  const { rows } = await sql<ColumnRow>`
    select relation.relname::text as "table", attname::text as name, format_type(atttypid, atttypmod) as type,
      attnotnull::int as "isRequired", (attidentity <> '')::int as "isNumbered",
      coalesce(array_position(key.conkey, attnum), 0)::int as place
    from pg_class relation
    join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
    left join pg_constraint key on key.conrelid = relation.oid and key.contype = 'p'
    where relation.relname in (${sql.join(MOVED_TABLES)}) and relation.relkind in ('r', 'p')
      and pg_table_is_visible(relation.oid)
    order by relation.relname, attnum`.execute(postgres);
  const order = inOrder(MOVED_TABLES, await readReferences(postgres));
  return order.map((name) => tableOf(name, rows));
};

interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly isRequired: number;
  readonly isNumbered: number;
  /** In the primary key, from 1; 0 outside of it. */
  readonly place: number;
}

interface Reference {
  readonly from: string;
  readonly to: string;
}

const readReferences = async (db: Queryable): Promise<readonly Reference[]> => {
  const { rows } = await sql<Reference>`
    select own.relname::text as "from", other.relname::text as "to" from pg_constraint
    join pg_class own on own.oid = conrelid join pg_class other on other.oid = confrelid
    where contype = 'f' and pg_table_is_visible(own.oid)`.execute(db);
  return rows;
};

const tableOf = (name: string, rows: readonly ColumnRow[]): MovedTable => {
  const own = rows.filter(({ table }) => table === name);
  const key = own.filter(({ place }) => place > 0).sort((one, other) => one.place - other.place);
  if (key.length === 0) throw new Error(`The table ${name} has no primary key.`);
  return {
    name,
    columns: own.map((row) => ({ name: row.name, kind: kindOf(row), isRequired: row.isRequired === 1 })),
    key: key.map((row) => row.name),
    numbered: own.find(({ isNumbered }) => isNumbered === 1)?.name ?? null,
  };
};

const KINDS: readonly (readonly [RegExp, ColumnKind])[] = [
  [/^(smallint|integer|bigint)$/, 'INTEGER'],
  [/^double precision$/, 'REAL'],
  [/^(text|character varying(\(\d+\))?)$/, 'TEXT'],
  [/^boolean$/, 'BOOLEAN'],
  [/^timestamp without time zone$/, 'TIME'],
];

const kindOf = ({ table, name, type }: ColumnRow): ColumnKind => {
  const known = KINDS.find(([pattern]) => pattern.test(type));
  if (known === undefined) throw new Error(`The column ${table}.${name} has the type ${type}.`);
  return known[1];
};

const inOrder = (names: readonly string[], references: readonly Reference[]): readonly string[] => {
  const ordered: string[] = [];
  const add = (name: string): void => {
    if (ordered.includes(name)) return;
    for (const { to } of references.filter(({ from, to }) => from === name && to !== name)) add(to);
    ordered.push(name);
  };
  for (const name of names) add(name);
  return ordered;
};
