import { type Kysely, type QueryExecutorProvider, sql } from 'kysely';

export const makes = {
  token_versions: 'account_number api_name version fingerprint operation',
  accounts: 'number id name broker_user_id created_at',
};

/** The user's own columns, in the user's order; a table of the predecessor may lack the later ones. */
const COLUMNS = [
  ['id', 'integer PRIMARY KEY'],
  ['access_token', 'varchar(2000)'],
  ['api_name', 'varchar(255) NOT NULL'],
  ['client_id', 'varchar(255)'],
  ['client_secret', 'varchar(255)'],
  ['created_at', 'timestamp'],
  ['expires_in', 'bigint'],
  ['is_primary', 'boolean'],
  ['last_refreshed', 'timestamp'],
  ['redirect_uri', 'varchar(255)'],
  ['refresh_token', 'varchar(2000)'],
  ['token_type', 'varchar(255)'],
  ['api_index', 'integer'],
  ['generated_at', 'varchar(255)'],
  ['is_active', 'integer'],
  ['purpose', 'varchar(255)'],
  ['updated_at', 'bigint'],
  ['user_id', 'integer'],
  ['validity_at', 'varchar(255)'],
] as const;

export const createTokens = async (db: QueryExecutorProvider): Promise<void> => {
  const columns = COLUMNS.map(([name, type]) => `"${name}" ${type}`).join(', ');
  await sql.raw(`create table "upstox_tokens" (${columns})`).execute(db);
};

export const up = async (db: Kysely<unknown>): Promise<void> => {
  const existing = await sql<{
    name: string;
  }>`select lower(name) as name from pragma_table_xinfo('upstox_tokens')`.execute(db);
  const known = existing.rows.map(({ name }) => name);
  if (known.length === 0) await createTokens(db);
  if (known.length > 0) {
    for (const [name, type] of COLUMNS.filter(([column]) => !known.includes(column))) {
      await sql.raw(`alter table "upstox_tokens" add column "${name}" ${type}`).execute(db);
    }
  }
  await sql`
    create table vega_token_versions (
      account_number integer not null,
      api_name text not null,
      version integer not null,
      fingerprint text not null,
      operation text not null,
      primary key (account_number, api_name)
    ) strict, without rowid`.execute(db);
  await sql`
    create table vega_accounts (
      number integer primary key,
      id text not null unique,
      name text not null,
      broker_user_id text,
      created_at integer not null
    ) strict`.execute(db);
};
