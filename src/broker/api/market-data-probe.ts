import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import type { MarketDataResult } from '../../domain/token/profile.ts';
import type { BrokerApi } from './broker-api.ts';
import { askWithToken } from './token-call.ts';

/** Source: Upstox developer documentation, "Option Contracts". Answered also while the market is closed. */
const PATH = `/v2/option/contract?${new URLSearchParams({ instrument_key: 'NSE_INDEX|Nifty 50' })}`;

const Contracts = z.object({ status: z.literal('success'), data: z.array(z.unknown()) });

/** Asks the broker once for market data: how a read-only token is checked, since its profile call is refused without a static address. */
export const probeMarketData = (
  api: BrokerApi,
  accessToken: Secret,
  timeoutMs: number,
): Promise<MarketDataResult> =>
  askWithToken(api, PATH, accessToken, timeoutMs, (json) =>
    Contracts.safeParse(json).success ? ({ kind: 'SERVED' } as const) : 'NOT_MARKET_DATA',
  );
