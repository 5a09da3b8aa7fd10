import type { BrokerApi } from '../../broker/api/broker-api.ts';
import { revokeToken } from '../../broker/api/logout.ts';
import { storeTokenMark } from '../../db/queries/token-marks.ts';
import { deactivateToken, findTokens } from '../../db/queries/tokens.ts';
import type { Account } from '../../domain/account/account.ts';
import type { AuthState } from '../../domain/auth/auth-state.ts';
import { Refusal } from '../../domain/refusal.ts';
import { type GenerationRun, isOver } from '../../domain/run/generation-run.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { AuthStates } from '../auth-state/auth-states.ts';
import type { TokenGeneration } from './token-generation.ts';

interface LoginParts {
  readonly states: AuthStates;
  readonly apiConfigs: ApiConfigs;
  readonly generation: TokenGeneration;
}

/** Begins the day: makes whatever is missing, from IDLE only. */
export const startLogin = async (
  { states, apiConfigs, generation }: LoginParts,
  account: Account,
): Promise<GenerationRun> => {
  await states.refuseBlocked(account);
  const configs = await apiConfigs.list(account);
  const { state, run } = await states.read(account);
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
  return generation.generate(account, configs, request, { isLogin: true });
};

interface RevocationParts extends AuditedWrites {
  readonly api: BrokerApi;
  readonly profileTimeoutMs: number;
}

/** Ends what is under way and goes back to IDLE; with `revoke` the tokens are ended at the broker, too. */
export const logOut = async (
  parts: RevocationParts & Pick<LoginParts, 'states' | 'generation'>,
  account: Account,
  revoke: boolean,
): Promise<AuthState> => {
  await parts.generation.abortAll(account);
  if (revoke) await revokeAll(parts, account);
  return parts.states.logOut(account, revoke);
};

const revokeAll = async (
  { database, audit, clock, api, profileTimeoutMs }: RevocationParts,
  account: Account,
): Promise<void> => {
  for (const token of await findTokens(database.read, account.number, database)) {
    if (!token.isActive) continue;
    const { apiName, fingerprint } = token;
    const revocation = await revokeToken(api, token.accessToken, profileTimeoutMs);
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
