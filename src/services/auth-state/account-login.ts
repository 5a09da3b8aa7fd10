import { revokeToken } from '../../broker/api/logout.ts';
import { storeTokenMark } from '../../db/queries/token-marks.ts';
import { deactivateToken, findTokens } from '../../db/queries/tokens.ts';
import type { Account } from '../../domain/account.ts';
import type { AuthState } from '../../domain/auth-state.ts';
import { type GenerationRun, isOver } from '../../domain/generation-run.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Services } from '../services.ts';

/** Begins the day: makes whatever is missing, from IDLE only. */
export const startLogin = async (services: Services, account: Account): Promise<GenerationRun> => {
  await services.states.refuseBlocked(account);
  const configs = await services.apiConfigs.list(account);
  const { state, run } = await services.states.read(account);
  // Whatever is under way, or not configured, is refused in words of its own.
  const isUnderWay = run !== null && !isOver(run);
  if (state !== 'IDLE' && !isUnderWay) {
    throw new Refusal(
      'WRONG_STATE',
      `A login starts from IDLE; the account is in ${state}.`,
      'Use generateTokens to make more tokens, or log out first.',
    );
  }
  const request = { mode: 'INVALID_ONLY', apiNames: [], replaceValid: false, includeUnknown: false } as const;
  return services.generation.generate(account, configs, request);
};

/** Ends what is under way and goes back to IDLE; with `revoke` the tokens are ended at the broker, too. */
export const logOut = async (services: Services, account: Account, revoke: boolean): Promise<AuthState> => {
  await services.generation.abortAll(account);
  if (revoke) await revokeAll(services, account);
  return services.states.logOut(account, revoke);
};

const revokeAll = async (services: Services, account: Account): Promise<void> => {
  const { database, audit, clock, broker } = services;
  for (const token of await findTokens(database.read, account.number, database)) {
    if (!token.isActive) continue;
    const { apiName, fingerprint } = token;
    const revocation = await revokeToken(broker.apiBaseUrl, token.accessToken, broker.timeoutMs);
    if (!revocation.isDead) {
      const { httpStatus, brokerCode } = revocation;
      const facts = { fingerprint, httpStatus, brokerCode };
      await audit.record('TOKEN_NOT_REVOKED', facts, { accountId: account.id, apiName });
      continue;
    }
    await database.write(async (transaction) => {
      const now = clock();
      if (await deactivateToken(transaction, token, database, now))
        await storeTokenMark(transaction, token, { reason: 'REVOKED', httpStatus: null }, now);
      await audit.note(transaction, 'TOKEN_REVOKED', { fingerprint }, { accountId: account.id, apiName });
    });
  }
};
