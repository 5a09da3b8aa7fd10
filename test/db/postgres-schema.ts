import { type QueryExecutorProvider, sql } from 'kysely';
import { type Column, type Index, normalised, type Table, typeClass } from './schema-description.ts';

/** Every table of the current schema but those of Kysely's migrator. */
export const describePostgres = async (db: QueryExecutorProvider): Promise<readonly Table[]> => {
  const { rows } = await sql<{ id: number; name: string }>`
    select oid as id, relname::text as name from pg_class
    where relkind in ('r', 'p') and relnamespace = current_schema()::regnamespace
      and relname not like 'vega\\_migration%'
    order by relname collate "C"`.execute(db);
  const tables: Table[] = [];
  for (const { id, name } of rows) {
    const constraints = await constraintsOf(db, id);
    tables.push({
      name,
      columns: await columnsOf(db, id),
      key: constraints.find(({ kind }) => kind === 'p')?.columns ?? [],
      foreignKeys: constraints.flatMap(({ kind, columns, reference }) =>
        kind === 'f' ? `foreign key (${columns.join(', ')}) references ${reference}` : [],
      ),
      checks: constraints.flatMap(({ kind, expression }) => (kind === 'c' ? normalised(expression) : [])),
      indexes: await indexesOf(db, id),
    });
  }
  return tables;
};

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly value: string | null;
  readonly isNumbered: boolean;
  /** Null for a type that has none. */
  readonly collation: string | null;
}

const columnsOf = async (db: QueryExecutorProvider, table: number): Promise<readonly Column[]> => {
  const { rows } = await sql<ColumnRow>`
    select attname::text as name, format_type(atttypid, atttypmod) as type, attnotnull as "isRequired",
      pg_get_expr(adbin, adrelid) as value, attidentity <> '' as "isNumbered", collname::text as collation
    from pg_attribute
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    left join pg_collation on pg_collation.oid = attcollation
    where attrelid = ${table} and attnum > 0 and not attisdropped order by attnum`.execute(db);
  return rows.map(({ name, type, isRequired, value, isNumbered, collation }) => ({
    name,
    // Any other collation may put texts in another order than SQLite does.
    type: `${typeClass(type)}${collation === null || collation === 'C' ? '' : ` collate ${collation}`}`,
    isNullable: !isRequired,
    default: value === null ? null : normalised(value),
    isNumbered,
  }));
};

interface ConstraintRow {
  readonly kind: string;
  readonly columns: readonly string[];
  readonly reference: string | null;
  readonly expression: string;
}

const constraintsOf = async (db: QueryExecutorProvider, table: number): Promise<readonly ConstraintRow[]> => {
  const columns = (relation: string, numbers: string) =>
    sql.raw<string[]>(`array(
      select attname::text from unnest(${numbers}) with ordinality as part (number, place)
      join pg_attribute on attrelid = ${relation} and attnum = part.number order by place)`);
  const act = (letter: string) =>
    sql.raw(`
    case ${letter} when 'a' then 'no action' when 'r' then 'restrict' when 'c' then 'cascade'
      when 'n' then 'set null' else 'set default' end`);
  const { rows } = await sql<ConstraintRow>`
    select contype::text as kind, ${columns('conrelid', 'conkey')} as columns,
      coalesce(pg_get_expr(conbin, conrelid), '') as expression,
      confrelid::regclass || ' (' || array_to_string(${columns('confrelid', 'confkey')}, ', ')
        || ') on update ' || ${act('confupdtype')} || ', delete ' || ${act('confdeltype')} as reference
    from pg_constraint where conrelid = ${table} order by conname collate "C"`.execute(db);
  return rows;
};

interface IndexRow {
  readonly name: string;
  readonly isUnique: boolean;
  readonly isOfConstraint: boolean;
  readonly parts: readonly string[];
  readonly predicate: string | null;
}

const indexesOf = async (db: QueryExecutorProvider, table: number): Promise<readonly Index[]> => {
  const { rows } = await sql<IndexRow>`
    select relname::text as name, indisunique as "isUnique",
      exists (select from pg_constraint where conindid = indexrelid and contype = 'u') as "isOfConstraint",
      array(select pg_get_indexdef(indexrelid, place, true) || case indoption[place - 1] & 1 when 1 then ' desc' else '' end
        from generate_series(1, indnkeyatts) as place) as parts,
      pg_get_expr(indpred, indrelid) as predicate
    from pg_index join pg_class on pg_class.oid = indexrelid
    where indrelid = ${table} and not indisprimary order by relname collate "C"`.execute(db);
  return rows.map(({ name, isUnique, isOfConstraint, parts, predicate }) => ({
    name: isOfConstraint ? null : name,
    isUnique,
    parts: parts.map(normalised),
    predicate: predicate === null ? null : normalised(predicate),
  }));
};
