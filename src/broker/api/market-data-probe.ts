import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import type { MarketDataResult, UnknownReason } from '../../domain/token/profile.ts';
import { brokerCodeIn, readAnswer, saysTokenIsDead } from './broker-answer.ts';
import type { BrokerApi } from './broker-api.ts';

/** Source: Upstox developer documentation, "Option Contracts". Answered also while the market is closed. */
const PATH = `/v2/option/contract?${new URLSearchParams({ instrument_key: 'NSE_INDEX|Nifty 50' })}`;

const Contracts = z.object({ status: z.literal('success'), data: z.array(z.unknown()) });

/**
 * Asks the broker once for market data: how a read-only token is checked, since its profile call is refused without a static
 * address. Never throws; a refusal for another reason than the token tells nothing of the token.
 */
export const probeMarketData = async (
  api: BrokerApi,
  accessToken: Secret,
  timeoutMs: number,
): Promise<MarketDataResult> => {
  try {
    const response = await api.request(PATH, {
      headers: { accept: 'application/json', authorization: `Bearer ${accessToken.reveal()}` },
      timeoutMs,
    });
    const answer = await readAnswer(response);
    const { status } = answer;
    const unknown = (reason: UnknownReason): MarketDataResult => ({
      kind: 'UNKNOWN',
      reason,
      httpStatus: status,
      brokerCode: brokerCodeIn(answer),
    });
    if (status === 429) return unknown('RATE_LIMITED');
    if (saysTokenIsDead(answer)) return { kind: 'DEAD', httpStatus: status };
    if (status !== 200) return unknown('BROKER_ERROR');
    return Contracts.safeParse(answer.json).success ? { kind: 'SERVED' } : unknown('NOT_MARKET_DATA');
  } catch (error) {
    const reason = error instanceof Error && error.name === 'TimeoutError' ? 'TIMEOUT' : 'NETWORK';
    return { kind: 'UNKNOWN', reason, httpStatus: null, brokerCode: null };
  }
};
