import type { Selectable } from 'kysely';
import type { MarkReason, StoredToken, TokenMark } from '../../domain/token/token.ts';
import type { Queryable } from '../queryable.ts';
import type { TokenMarksTable } from '../schema/tables.ts';

export type MarkRow = Selectable<TokenMarksTable>;

type MarkedToken = Pick<StoredToken, 'accountNumber' | 'apiName' | 'fingerprint'>;

/** Stores why a token was marked inactive; `now` is the `updated_at` of its row. */
export const storeTokenMark = async (
  trx: Queryable,
  { accountNumber, apiName, fingerprint }: MarkedToken,
  { reason, httpStatus, brokerCode }: TokenMark,
  now: Date,
): Promise<void> => {
  const mark = {
    fingerprint,
    reason,
    http_status: httpStatus,
    broker_code: brokerCode ?? null,
    marked_at: now.getTime(),
  };
  await trx
    .insertInto('vega_token_marks')
    .values({ account_number: accountNumber, api_name: apiName, ...mark })
    .onConflict((conflict) => conflict.columns(['account_number', 'api_name']).doUpdateSet(mark))
    .execute();
};

/** The broker, asked at `askedAt`, has confirmed the token: what was noted since then, by another process, stays. */
export const removeTokenMark = async (
  trx: Queryable,
  { accountNumber, apiName, fingerprint }: MarkedToken,
  askedAt: Date,
): Promise<void> => {
  await trx
    .deleteFrom('vega_token_marks')
    .where('account_number', '=', accountNumber)
    .where('api_name', '=', apiName)
    .where('fingerprint', '=', fingerprint)
    .where('marked_at', '<', askedAt.getTime())
    .execute();
};

/** The broker, asked at `askedAt`, has confirmed the token: what every machine on this database may go by. */
export const noteConfirmation = async (
  trx: Queryable,
  { accountNumber, apiName, fingerprint }: MarkedToken,
  askedAt: Date,
): Promise<void> => {
  await trx
    .updateTable('vega_token_versions')
    .set({ confirmed_at: askedAt.getTime() })
    .where('account_number', '=', accountNumber)
    .where('api_name', '=', apiName)
    .where('fingerprint', '=', fingerprint)
    .where((row) => row.or([row('confirmed_at', 'is', null), row('confirmed_at', '<', askedAt.getTime())]))
    .execute();
};

/** The broker has called the token dead: what it said before counts for nobody any more. */
export const forgetConfirmation = async (
  trx: Queryable,
  { accountNumber, apiName, fingerprint }: MarkedToken,
): Promise<void> => {
  await trx
    .updateTable('vega_token_versions')
    .set({ confirmed_at: null })
    .where('account_number', '=', accountNumber)
    .where('api_name', '=', apiName)
    .where('fingerprint', '=', fingerprint)
    .execute();
};

/** The broker has to be asked anew about the account's tokens, by whichever machine. */
export const forgetConfirmations = async (trx: Queryable, accountNumber: number): Promise<void> => {
  await trx
    .updateTable('vega_token_versions')
    .set({ confirmed_at: null })
    .where('account_number', '=', accountNumber)
    .execute();
};

export const findTokenMarks = (db: Queryable, accountNumber: number): Promise<MarkRow[]> =>
  db.selectFrom('vega_token_marks').selectAll().where('account_number', '=', accountNumber).execute();

/** When the broker last called this very token dead, whatever its row says by now; null where it has not. */
export const markedAtOf = (apiName: string, fingerprint: string, marks: readonly MarkRow[]): Date | null => {
  const mark = marks.find((each) => each.api_name === apiName && each.fingerprint === fingerprint);
  return mark === undefined ? null : new Date(mark.marked_at);
};

interface MarkedRow {
  readonly api_name: string;
  readonly is_active: number | null;
  readonly updated_at: number | string | null;
}

/** Null for an active row, and for one that another program has changed since it was marked. */
export const markOf = (row: MarkedRow, fingerprint: string, marks: readonly MarkRow[]): TokenMark | null => {
  if (row.is_active !== 0) return null;
  const mark = marks.find((each) => each.api_name === row.api_name && each.fingerprint === fingerprint);
  if (mark === undefined || mark.marked_at !== Number(row.updated_at)) return null;
  return {
    reason: mark.reason as MarkReason,
    httpStatus: mark.http_status,
    ...(mark.broker_code === null ? {} : { brokerCode: mark.broker_code }),
  };
};
