import { type Kysely, sql } from 'kysely';

export const makes = {
  vault: 'id key_id proof',
  api_configs_before: '',
};

/** Two shapes of this table are in use; the newer one names the flag `is_enabled` and has a redirect URI. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  const existing = await sql<{
    name: string;
  }>`select name from pragma_table_info('upstox_api_configs')`.execute(db);
  const known = existing.rows.map(({ name }) => name);
  if (known.length > 0)
    await sql`alter table upstox_api_configs rename to vega_api_configs_before`.execute(db);
  await sql`
    create table upstox_api_configs (
      api_index integer not null,
      api_name varchar(50) not null,
      client_id varchar(255) not null,
      client_secret varchar(255) not null,
      redirect_uri varchar(255),
      is_primary boolean default 0,
      enabled boolean default 1,
      created_at bigint,
      updated_at bigint,
      account_number integer not null default 1,
      primary key (account_number, api_index),
      unique (account_number, api_name)
    )`.execute(db);
  if (known.length > 0) {
    const column = (name: string, otherwise = 'null') => (known.includes(name) ? `"${name}"` : otherwise);
    const enabled = known.includes('enabled') ? 'enabled' : column('is_enabled', '1');
    await sql
      .raw(`insert into upstox_api_configs
        select api_index, api_name, client_id, client_secret, ${column('redirect_uri')}, coalesce(${column('is_primary', '0')}, 0),
          coalesce(${enabled}, 1), ${column('created_at')}, ${column('updated_at')}, ${column('account_number', '1')}
        from vega_api_configs_before`)
      .execute(db);
    await sql`drop table vega_api_configs_before`.execute(db);
  }
  await sql`
    create table vega_vault (
      id integer primary key check (id = 1),
      key_id text not null,
      proof text not null
    ) strict`.execute(db);
};
