import type { Logger } from '../log.ts';
import { listAccounts } from './accounts/accounts.ts';
import type { Services } from './services.ts';
import { readTokenStatus } from './tokens/token-status.ts';

/** Asks the broker about the tokens after a start, so that the gates open again. */
export const warmUp = async (services: Services, log: Logger): Promise<void> => {
  try {
    for (const account of await listAccounts(services.database)) {
      const { state } = await services.states.read(account);
      if (state === 'IDLE') continue;
      await readTokenStatus(services, account);
      // The broker's answers are not stored, so what was published before the start may not hold any more.
      await services.states.publish(account);
    }
  } catch (error) {
    log.error({ err: error }, 'the tokens could not be checked at the start');
  }
};
