import type { Logger } from '../log.ts';
import { listAccounts } from './accounts/accounts.ts';
import type { AuthStates } from './auth-state/auth-states.ts';
import { readTokenStatus, type TokenParts } from './tokens/token-status.ts';

/** Asks the broker about the tokens after a start, so that the gates open again. */
export const warmUp = async (
  parts: TokenParts & { readonly states: AuthStates },
  log: Logger,
): Promise<void> => {
  try {
    for (const account of await listAccounts(parts.database)) {
      const { state } = await parts.states.read(account);
      if (state === 'IDLE') continue;
      await readTokenStatus(parts, account);
      // The broker's answers are not stored, so what was published before the start may not hold any more.
      await parts.states.publish(account);
    }
  } catch (error) {
    log.error({ err: error }, 'the tokens could not be checked at the start');
  }
};
