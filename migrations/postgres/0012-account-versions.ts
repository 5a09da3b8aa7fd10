import { type Kysely, sql } from 'kysely';
import { text } from './text.ts';

export const makes = ['vega_account_versions'];

const OF_NUMBER = (number: string): string => `(select id from vega_accounts where number = ${number})`;
const OF_RUN = (run: string): string => `(select account_id from vega_generation_runs where id = ${run})`;

/** Of each table that says something of accounts, whose a row is: nobody's where there is none, before an insert or after a delete. */
const OWNERS: Readonly<Record<string, (row: string) => string>> = {
  upstox_tokens: (row) => OF_NUMBER(`case when ${row}.id is not null then coalesce(${row}.user_id, 1) end`),
  upstox_api_configs: (row) => OF_NUMBER(`${row}.account_number`),
  vega_accounts: (row) => `${row}.id`,
  vega_auth_states: (row) => `${row}.account_id`,
  vega_dialog_landmarks: (row) => `${row}.account_id`,
  vega_dialog_looks: (row) => `${row}.account_id`,
  vega_generation_runs: (row) => `${row}.account_id`,
  vega_generation_steps: (row) => OF_RUN(`${row}.run_id`),
  vega_held_tokens: (row) => OF_NUMBER(`${row}.account_number`),
  vega_login_attempts: (row) => `${row}.account_id`,
  vega_pending_acquisitions: (row) => `${row}.account_id`,
  vega_role_assignments: (row) => OF_NUMBER(`${row}.account_number`),
  vega_schedule_occurrences: (row) => `${row}.account_id`,
  vega_token_marks: (row) => OF_NUMBER(`${row}.account_number`),
  vega_token_versions: (row) => OF_NUMBER(`${row}.account_number`),
};

/**
 * Which transactions wrote of each account last, so that what was read of the others need not be read again. By triggers,
 * because the user's other programs write, too: with the rights and the schema of whoever migrates, since those programs may
 * have neither; at their commit, so that nobody waits for a transaction that is left open; and each in a row of its own, so
 * that none fails or waits because of another one. A transaction that sees the rows of earlier ones removes them: whatever is
 * written, an account never has the same rows again.
 */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_account_versions (
      account_id ${text} not null,
      version xid8 not null,
      primary key (account_id, version)
    )`.execute(db);
  const schema = await currentSchema(db);
  await addFunction(db, schema, 'vega_all_accounts_written', 'select id from vega_accounts');
  for (const [table, ownerOf] of Object.entries(OWNERS)) {
    const owners = `select ${ownerOf('old')} union select ${ownerOf('new')}`;
    await addFunction(db, schema, `${table}_written`, owners);
    await addTriggers(db, table);
  }
};

/** As it is written in a statement. */
const currentSchema = async (db: Kysely<unknown>): Promise<string> => {
  const { rows } = await sql<{ schema: string }>`select quote_ident(current_schema()) as schema`.execute(db);
  return rows[0]?.schema ?? '';
};

/** Temporary tables come last in its path: whoever writes might make one under the name of ours. */
const addFunction = async (
  db: Kysely<unknown>,
  schema: string,
  name: string,
  accounts: string,
): Promise<void> => {
  await sql
    .raw(`
      create function ${name}() returns trigger language plpgsql security definer
      set search_path to ${schema}, pg_temp as $$
      declare
        written text[] := array(select id from (${accounts}) as owners (id) where id is not null);
      begin
        -- Any other isolation fails where a row was removed since its snapshot.
        if current_setting('transaction_isolation') = 'read committed' then
          delete from vega_account_versions where (account_id, version) in (
            select account_id, version from vega_account_versions
            where account_id = any (written) and version <> pg_current_xact_id()
            for update skip locked
          );
        end if;
        insert into vega_account_versions (account_id, version)
        select id, pg_current_xact_id() from unnest(written) as id
        on conflict do nothing;
        return null;
      end $$`)
    .execute(db);
};

const addTriggers = async (db: Kysely<unknown>, table: string): Promise<void> => {
  for (const statement of [
    `create constraint trigger ${table}_written after insert or update or delete on ${table}
      deferrable initially deferred for each row execute function ${table}_written()`,
    `create trigger ${table}_emptied after truncate on ${table}
      for each statement execute function vega_all_accounts_written()`,
    // Also where rows come by replication.
    `alter table ${table} enable always trigger ${table}_written`,
    `alter table ${table} enable always trigger ${table}_emptied`,
  ])
    await sql.raw(statement).execute(db);
};
