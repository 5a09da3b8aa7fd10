import type { Logger } from '../log.ts';
import { listAccounts } from './accounts/accounts.ts';
import type { Services } from './services.ts';
import { readTokenStatus } from './tokens/token-status.ts';

/** After a start nobody knows whether the tokens of an account still work: ask, so that its gate opens again. */
export const warmUp = async (services: Services, log: Logger): Promise<void> => {
  try {
    for (const account of await listAccounts(services.database)) {
      const { state } = await services.states.read(account);
      if (state === 'IDLE') continue;
      await readTokenStatus(services, account);
      // A start forgets what the broker has said, so what was published before it may not hold any more.
      await services.states.publish(account);
    }
  } catch (error) {
    log.error({ err: error }, 'the tokens could not be checked at the start');
  }
};
