import type { ApiName } from '../../domain/account/api-name.ts';
import type { TotpSecret } from '../../domain/account/totp-secret.ts';
import type { Submission } from '../../domain/run/failure.ts';
import type { ApiSubmission } from '../../domain/run/interrupted-run.ts';
import { currentLease, refuseLostLease } from '../fence.ts';
import type { Queryable } from '../queryable.ts';
import { fingerprint } from '../secrets/fingerprint.ts';

/** Who is about to submit something. */
export interface AttemptOwner {
  readonly accountId: string;
  readonly runId: string;
  readonly apiName: ApiName;
}

/** Recorded before it is submitted. */
export type AttemptKind = 'OTP_REQUEST' | 'PIN' | 'CODE';

/**
 * The longest that a submission may be under way after it was written down: a lease that ends before that could go to
 * another worker in the middle of it.
 */
export const SUBMISSION_MS = 10_000;

/** Refused with `LeaseLost` where the worker has lost the account, or may lose it before the submission is over. */
export const recordAttempt = async (
  trx: Queryable,
  owner: AttemptOwner,
  kind: AttemptKind,
  at: Date,
  egress: string | null = null,
): Promise<void> => {
  await refuseLostLease(trx, SUBMISSION_MS);
  await trx
    .insertInto('vega_login_attempts')
    .values({ ...toRow(owner), kind, totp_fingerprint: null, time_step: null, at: at.getTime(), egress })
    .execute();
};

/**
 * Claims a TOTP time step, which is used once per secret, ever. False when it was claimed before. Refused with `LeaseLost`
 * as `recordAttempt` is.
 */
export const claimTimeStep = async (
  trx: Queryable,
  owner: AttemptOwner,
  totp: Pick<TotpSecret, 'secret'>,
  timeStep: number,
  at: Date,
): Promise<boolean> => {
  await refuseLostLease(trx, SUBMISSION_MS);
  const inserted = await trx
    .insertInto('vega_login_attempts')
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

export const isTimeStepUsed = async (
  db: Queryable,
  totp: Pick<TotpSecret, 'secret'>,
  timeStep: number,
): Promise<boolean> => {
  const row = await db
    .selectFrom('vega_login_attempts')
    .select('id')
    .where('totp_fingerprint', '=', fingerprint(totp.secret))
    .where('time_step', '=', timeStep)
    .executeTakeFirst();
  return row !== undefined;
};

/** Whether a code of the account was submitted from `from` until before `to`, whatever it came from. */
export const hasTimeStepBetween = async (
  db: Queryable,
  accountId: string,
  from: Date,
  to: Date,
): Promise<boolean> => {
  const row = await db
    .selectFrom('vega_login_attempts')
    .select('id')
    .where('account_id', '=', accountId)
    .where('kind', '=', 'TIME_STEP')
    .where('at', '>=', from.getTime())
    .where('at', '<', to.getTime())
    .executeTakeFirst();
  return row !== undefined;
};

/** Stores how long the broker wants between the run's OTP request for this API and the next one. */
export const noteOtpInterval = async (
  trx: Queryable,
  { runId, apiName }: AttemptOwner,
  milliseconds: number,
): Promise<void> => {
  await trx
    .updateTable('vega_login_attempts')
    .set({ otp_interval_ms: milliseconds })
    .where('run_id', '=', runId)
    .where('api_name', '=', apiName)
    .where('kind', '=', 'OTP_REQUEST')
    .execute();
};

/** An OTP request as it was written down, before it left. */
export interface OtpRequest {
  readonly at: Date;
  /** By then it had left, because its login had gone on; null where that is not known. */
  readonly leftBy: Date | null;
}

/** `intervalMs`: how long the broker wants until the next one; 0 where it named none. */
export interface LastOtpRequest extends OtpRequest {
  readonly intervalMs: number;
}

/** When the account last asked the broker for an OTP; null if never. */
export const lastOtpRequest = async (db: Queryable, accountId: string): Promise<LastOtpRequest | null> => {
  const row = await otpRequests(db)
    .select('otp_interval_ms')
    .where('account_id', '=', accountId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : { ...toOtpRequest(row), intervalMs: row.otp_interval_ms ?? 0 };
};

/**
 * The OTP requests of all other accounts from `since` on. Where `egress` names the address through which this worker reaches
 * the broker, only those through that one or through one without a name.
 */
export const findOtpRequestsOfOthers = async (
  db: Queryable,
  accountId: string,
  since: Date,
  egress: string | null = null,
): Promise<readonly OtpRequest[]> => {
  const rows = await otpRequests(db)
    .where('account_id', '!=', accountId)
    .where('at', '>=', since.getTime())
    .$if(egress !== null, (query) =>
      query.where((row) => row.or([row('egress', '=', egress), row('egress', 'is', null)])),
    )
    .orderBy('at')
    .orderBy('id')
    .execute();
  return rows.map(toOtpRequest);
};

/** A login takes a time step once its OTP request is answered. */
const otpRequests = (db: Queryable) =>
  db
    .selectFrom('vega_login_attempts as request')
    .where('request.kind', '=', 'OTP_REQUEST')
    .select((row) => [
      'request.at',
      row
        .selectFrom('vega_login_attempts as step')
        .whereRef('step.account_id', '=', 'request.account_id')
        .whereRef('step.run_id', '=', 'request.run_id')
        .whereRef('step.api_name', '=', 'request.api_name')
        .whereRef('step.id', '>', 'request.id')
        .where('step.kind', '=', 'TIME_STEP')
        .select((step) => step.fn.min('step.at').as('at'))
        .as('left_by'),
    ]);

const toOtpRequest = ({ at, left_by }: { at: number; left_by: number | null }): OtpRequest => ({
  at: new Date(at),
  leftBy: left_by === null ? null : new Date(left_by),
});

/** What of each API was or may have been submitted in a run, in order: it is written down before it leaves. */
export const findSubmissions = async (db: Queryable, runId: string): Promise<readonly ApiSubmission[]> => {
  const rows = await db
    .selectFrom('vega_login_attempts')
    .select(['api_name', 'kind'])
    .where('run_id', '=', runId)
    .orderBy('id')
    .execute();
  return rows.flatMap(({ api_name, kind }) => {
    const submission = SUBMISSION_OF[kind];
    return submission === undefined ? [] : { apiName: api_name as ApiName, submission };
  });
};

const SUBMISSION_OF: Readonly<Record<string, Submission>> = {
  OTP_REQUEST: 'MOBILE',
  TIME_STEP: 'OTP',
  PIN: 'PIN',
  CODE: 'CODE',
};

/** PINs that were submitted since the last one that led to a code, or since `after`. */
export const countFruitlessPins = async (
  db: Queryable,
  accountId: string,
  after: Date | null,
): Promise<number> => {
  // In the order in which they were written down: a clock may have been set back since.
  const lastCode = await db
    .selectFrom('vega_login_attempts')
    .select('id')
    .where('account_id', '=', accountId)
    .where('kind', '=', 'CODE')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const { count } = await db
    .selectFrom('vega_login_attempts')
    .select((row) => row.fn.countAll<number>().as('count'))
    .where('account_id', '=', accountId)
    .where('kind', '=', 'PIN')
    .where('id', '>', lastCode?.id ?? 0)
    .where('at', '>', after?.getTime() ?? 0)
    .executeTakeFirstOrThrow();
  return Number(count);
};

const toRow = (owner: AttemptOwner) => ({
  account_id: owner.accountId,
  run_id: owner.runId,
  api_name: owner.apiName,
  epoch: currentLease()?.epoch ?? null,
});
