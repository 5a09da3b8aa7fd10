import type { Selectable } from 'kysely';
import type { ApiName } from '../../domain/account/api-name.ts';
import {
  type CapabilityReason,
  type CapabilityResult,
  type KeptAnswer,
  wasAsked,
} from '../../domain/capability/capability.ts';
import type { ProcessMark } from '../../domain/process-mark.ts';
import type { Queryable } from '../queryable.ts';
import type { CapabilitiesTable } from '../schema/capability-tables.ts';

/** Of every account. */
export const findCapabilities = async (db: Queryable): Promise<readonly KeptAnswer[]> => {
  const rows = await db.selectFrom('vega_capabilities').selectAll().execute();
  return rows.map(toAnswer);
};

/**
 * The last answer of a role replaces the one before. Only a refusal of the same token stays where the new answer tells
 * nothing: it is noted if the broker was asked again.
 */
export const storeCapability = async (trx: Queryable, answer: KeptAnswer): Promise<void> => {
  if (answer.result === 'NOT_KNOWN' && (await keepRefusal(trx, answer))) return;
  const row = {
    fingerprint: answer.fingerprint,
    result: answer.result,
    reason: answer.reason,
    http_status: answer.httpStatus,
    broker_code: answer.brokerCode,
    checked_at: answer.checkedAt.getTime(),
  };
  await trx
    .insertInto('vega_capabilities')
    .values({ account_id: answer.accountId, api_name: answer.apiName, ...row })
    .onConflict((conflict) => conflict.columns(['account_id', 'api_name']).doUpdateSet(row))
    .execute();
};

/** False where there is no refusal of that token. */
const keepRefusal = async (
  trx: Queryable,
  { accountId, apiName, fingerprint, checkedAt, reason }: KeptAnswer,
): Promise<boolean> => {
  const updated = await trx
    .updateTable('vega_capabilities')
    .set((row) => ({ checked_at: wasAsked({ reason }) ? checkedAt.getTime() : row.ref('checked_at') }))
    .where('account_id', '=', accountId)
    .where('api_name', '=', apiName)
    .where('fingerprint', '=', fingerprint)
    .where('result', '=', 'NOT_CAPABLE')
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
};

/** Who holds the socket of a user. */
export interface FeedHold {
  readonly holder: string;
  readonly process: ProcessMark;
  readonly until: Date;
}

export const findFeedHold = async (db: Queryable, userKey: string): Promise<FeedHold | null> => {
  const row = await db
    .selectFrom('vega_feed_holds')
    .selectAll()
    .where('user_key', '=', userKey)
    .executeTakeFirst();
  if (row === undefined) return null;
  const process = { id: row.process_id, birth: row.process_birth };
  return { holder: row.holder, process, until: new Date(row.until) };
};

export const storeFeedHold = async (trx: Queryable, userKey: string, hold: FeedHold): Promise<void> => {
  const row = {
    holder: hold.holder,
    process_id: hold.process.id,
    process_birth: hold.process.birth,
    until: hold.until.getTime(),
  };
  await trx
    .insertInto('vega_feed_holds')
    .values({ user_key: userKey, ...row })
    .onConflict((conflict) => conflict.column('user_key').doUpdateSet(row))
    .execute();
};

/** Only the holder's own. */
export const deleteFeedHold = async (trx: Queryable, userKey: string, holder: string): Promise<void> => {
  await trx
    .deleteFrom('vega_feed_holds')
    .where('user_key', '=', userKey)
    .where('holder', '=', holder)
    .execute();
};

const toAnswer = (row: Selectable<CapabilitiesTable>): KeptAnswer => ({
  accountId: row.account_id,
  apiName: row.api_name as ApiName,
  fingerprint: row.fingerprint,
  result: row.result as CapabilityResult,
  reason: row.reason as CapabilityReason | null,
  httpStatus: row.http_status,
  brokerCode: row.broker_code,
  checkedAt: new Date(row.checked_at),
});
