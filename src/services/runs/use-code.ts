import { exchangeCode } from '../../broker/api/oauth.ts';
import { LoginFailure } from '../../broker/login/login-failure.ts';
import { type AttemptKind, type AttemptOwner, recordAttempt } from '../../db/queries/login-attempts.ts';
import { findUnfitTable } from '../../db/schema/table-trial.ts';
import type { Secret } from '../../domain/secret.ts';
import { type KeepOrder, keepToken } from './keep-token.ts';

export interface CodeOrder extends KeepOrder {
  readonly apiBaseUrl: string;
  readonly times: {
    /** How long the broker may take to trade the code. */
    readonly stepTimeoutMs: number;
  };
}

/** Trades a code for its token, once, and keeps that. The intent is written down before the code leaves. */
export const useCode = async (order: CodeOrder, code: Secret): Promise<void> => {
  const { config, live, apiBaseUrl, times, onCheckpoint } = order;
  await live.enter(config.apiName, 'EXCHANGE');
  onCheckpoint('EXCHANGE_ENTERED');
  await noteAttempt(order, 'CODE');
  onCheckpoint('CODE_RECORDED');
  live.noteSubmitted('CODE');
  const token = await exchangeCode(apiBaseUrl, config, code, times.stepTimeoutMs).catch((error: unknown) => {
    // Whatever was answered: a token may have been made.
    live.noteMade(order.verifier.moment);
    throw error;
  });
  onCheckpoint('CODE_EXCHANGED');
  await keepToken(order, token);
};

/** A table that would refuse the token is found out before anything is submitted for it. */
export const refuseUnfitTable = async ({ account, config, database, clock }: KeepOrder): Promise<void> => {
  const unfit = await findUnfitTable(database, { account, configs: [config], now: clock() });
  if (unfit === null) return;
  throw new LoginFailure('STORAGE_FAILED', `${unfit.message} Nothing was submitted. ${unfit.cure}`);
};

const AUDITED = { OTP_REQUEST: 'OTP_REQUESTED', PIN: 'PIN_SUBMITTED', CODE: 'CODE_EXCHANGED' } as const;

/** Writes down that something is about to be submitted. What cannot be written down for good is not submitted. */
export const noteAttempt = (order: KeepOrder, kind: AttemptKind): Promise<void> => {
  const { database, audit, live, config, clock } = order;
  return database.write(
    async (transaction) => {
      await recordAttempt(transaction, ownerOf(order), kind, clock());
      await audit.note(transaction, AUDITED[kind], {}, live.reference(config.apiName));
    },
    { mustLast: true },
  );
};

export const ownerOf = ({ account, live, config }: KeepOrder): AttemptOwner => ({
  accountId: account.id,
  runId: live.state.id,
  apiName: config.apiName,
});
