import { z } from 'zod';
import { readAddress } from '../../domain/net/static-addresses.ts';
import type { Secret } from '../../domain/secret.ts';
import type { BrokerApi } from './broker-api.ts';
import { requestWithToken } from './token-call.ts';

const address = z.string().nullish();

/** Source: Upstox developer documentation, "Get Static IPs". */
const Answer = z.object({
  status: z.literal('success'),
  data: z.object({ primary_ip: address, secondary_ip: address }),
});

/**
 * The addresses that the broker has registered for the token's user, the primary one first; null where it does not tell.
 * Only ever read: changing one ends the user's tokens.
 */
export const askStaticAddresses = async (
  api: BrokerApi,
  accessToken: Secret,
  timeoutMs: number,
): Promise<readonly string[] | null> => {
  try {
    const answer = await requestWithToken(api, '/v2/user/ip', accessToken, timeoutMs);
    const found = answer.status === 200 ? Answer.safeParse(answer.json) : null;
    if (found?.success !== true) return null;
    const { primary_ip, secondary_ip } = found.data.data;
    const named = [primary_ip, secondary_ip].filter((one) => one != null && one.trim() !== '');
    const read = named.map((one) => readAddress(one ?? '')).filter((one) => one !== null);
    // Something that is no address says that the answer is not understood.
    return read.length === named.length ? read : null;
  } catch {
    return null;
  }
};
