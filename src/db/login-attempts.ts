import type { ApiName } from '../domain/api-name.ts';
import type { TotpSecret } from '../domain/totp-secret.ts';
import type { Queryable } from './database.ts';
import { fingerprint } from './fingerprint.ts';

/** Who is about to submit something. */
export interface AttemptOwner {
  readonly accountId: string;
  readonly runId: string;
  readonly apiName: ApiName;
}

/** What is written down before it is submitted. */
export type AttemptKind = 'OTP_REQUEST' | 'PIN' | 'CODE';

export const recordAttempt = async (
  transaction: Queryable,
  owner: AttemptOwner,
  kind: AttemptKind,
  at: Date,
): Promise<void> => {
  await transaction
    .insertInto('login_attempts')
    .values({ ...toRow(owner), kind, totp_fingerprint: null, time_step: null, at: at.getTime() })
    .execute();
};

/** Takes a TOTP time step for good. False when it was taken before: a step is used once per secret, ever. */
export const claimTimeStep = async (
  transaction: Queryable,
  owner: AttemptOwner,
  totp: TotpSecret,
  timeStep: number,
  at: Date,
): Promise<boolean> => {
  const inserted = await transaction
    .insertInto('login_attempts')
    .values({
      ...toRow(owner),
      kind: 'TIME_STEP',
      totp_fingerprint: fingerprint(totp.secret),
      time_step: timeStep,
      at: at.getTime(),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (inserted.numInsertedOrUpdatedRows ?? 0n) > 0n;
};

/** When the account last asked the broker for an OTP; null if never. */
export const lastOtpRequest = async (db: Queryable, accountId: string): Promise<Date | null> => {
  const row = await db
    .selectFrom('login_attempts')
    .select('at')
    .where('account_id', '=', accountId)
    .where('kind', '=', 'OTP_REQUEST')
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : new Date(row.at);
};

const toRow = (owner: AttemptOwner) => ({
  account_id: owner.accountId,
  run_id: owner.runId,
  api_name: owner.apiName,
});
