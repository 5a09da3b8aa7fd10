import { type Kysely, sql } from 'kysely';
import { text } from './text.ts';

export const makes = ['vega_dialog_landmarks', 'vega_dialog_looks'];

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`
    create table vega_dialog_landmarks (
      account_id ${text} not null,
      api_name ${text} not null,
      landmarks ${text} not null,
      at bigint not null,
      primary key (account_id, api_name)
    )`.execute(db);
  await sql`
    create table vega_dialog_looks (
      id ${text} primary key,
      account_id ${text} not null,
      api_name ${text} not null,
      at bigint not null,
      origin ${text} not null,
      slot ${text},
      verdict ${text} not null,
      message ${text} not null,
      next_action ${text} not null,
      changes ${text} not null,
      failure ${text},
      compared_with bigint,
      unique (account_id, api_name, slot)
    )`.execute(db);
  await sql`create index vega_dialog_looks_by_account on vega_dialog_looks (account_id, at)`.execute(db);
};
