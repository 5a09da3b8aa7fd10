import { sql } from 'kysely';
import { isApiName } from '../../domain/account/api-name.ts';
import { isSqlite } from '../engine.ts';
import type { Queryable } from '../queryable.ts';

/** Rows of `upstox_tokens` that another program wrote and that belong to no API of any account. */
export interface ForeignTokenRows {
  /** Values of `api_name` that are nearly an API's name, such as `primary` or `PRIMARY ` with a blank. */
  readonly apiNames: readonly string[];
  /** How many rows have a `user_id` that is no number. */
  readonly textUserIds: number;
}

export const findForeignTokenRows = async (db: Queryable): Promise<ForeignTokenRows> => {
  const names = await db
    .selectFrom('upstox_tokens')
    .select('api_name')
    .distinct()
    .orderBy('api_name')
    .execute();
  const apiNames = names
    .map(({ api_name }) => api_name)
    .filter((name) => typeof name === 'string' && !isApiName(name) && isApiName(name.trim().toUpperCase()));
  return { apiNames, textUserIds: await countTextUserIds(db) };
};

/** SQLite takes text in a column of numbers. */
const countTextUserIds = async (db: Queryable): Promise<number> => {
  if (!isSqlite(db)) return 0;
  const { count } = await db
    .selectFrom('upstox_tokens')
    .select((row) => row.fn.countAll<number>().as('count'))
    .where(sql<boolean>`typeof(user_id) in ('text', 'blob')`)
    .executeTakeFirstOrThrow();
  return count;
};
