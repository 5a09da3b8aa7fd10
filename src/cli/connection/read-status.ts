import type { VegaClient } from '../../sdk/index.ts';
import type { StatusFacts } from '../view/status.ts';

/** Everything that the status table shows: the broker is asked first, so that the rest is told on what it said. */
export const readStatus = async (client: VegaClient, accountId?: string): Promise<StatusFacts> => {
  const report = await client.tokenStatus({ accountId });
  const [account, expiry] = await Promise.all([
    client.authState({ accountId }),
    client.tokenExpiry({ accountId }),
  ]);
  return { report, account, expiry };
};
