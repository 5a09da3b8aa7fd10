import { exchangeCode } from '../broker/oauth.ts';
import { type AttemptOwner, recordAttempt } from '../db/login-attempts.ts';
import type { Secret } from '../domain/secret.ts';
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
  const { config, live, database, apiBaseUrl, times, clock, reach } = order;
  await live.enter(config.apiName, 'EXCHANGE');
  reach('EXCHANGE_ENTERED');
  await database.write((transaction) => recordAttempt(transaction, ownerOf(order), 'CODE', clock()));
  reach('CODE_RECORDED');
  live.noteSubmitted('CODE');
  const token = await exchangeCode(apiBaseUrl, config, code, times.stepTimeoutMs);
  reach('CODE_EXCHANGED');
  await keepToken(order, token);
};

export const ownerOf = ({ account, live, config }: KeepOrder): AttemptOwner => ({
  accountId: account.id,
  runId: live.state.id,
  apiName: config.apiName,
});
