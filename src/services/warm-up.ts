import type { Logger } from '../log.ts';
import { listAccounts } from './accounts/accounts.ts';
import type { AuthStates } from './auth-state/auth-states.ts';
import { readTokenStatus, type TokenParts } from './tokens/token-status.ts';

/** After a start nobody knows whether the tokens of an account still work: ask, so that its gate opens again. */
export const warmUp = async (
  parts: TokenParts & { readonly states: AuthStates },
  log: Logger,
): Promise<void> => {
  try {
    for (const account of await listAccounts(parts.database)) {
      const { state } = await parts.states.read(account);
      if (state === 'IDLE') continue;
      await readTokenStatus(parts, account);
      // A start forgets what the broker has said, so what was published before it may not hold any more.
      await parts.states.publish(account);
    }
  } catch (error) {
    log.error({ err: error }, 'the tokens could not be checked at the start');
  }
};
