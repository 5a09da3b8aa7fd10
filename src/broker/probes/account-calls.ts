import { z } from 'zod';
import type { IstDate } from '../../domain/calendar/ist-date.ts';
import type { ProbeAnswer } from '../../domain/capability/capability.ts';
import type { Secret } from '../../domain/secret.ts';
import type { BrokerApi } from '../api/broker-api.ts';
import { requestWithToken } from '../api/token-call.ts';
import { judgeError, judgeRefusal } from './probe-answer.ts';

/** Source: Upstox developer documentation, "Get Fund And Margin". */
const Funds = z.object({ status: z.literal('success'), data: z.record(z.string(), z.unknown()) });
/** Source: Upstox developer documentation, "Put/Call Option Chain". */
const OptionChain = z.object({ status: z.literal('success'), data: z.array(z.unknown()) });

const UNDERLYING = 'NSE_INDEX|Nifty 50';

/** Asks once for the funds of the account. */
export const probeFunds = (api: BrokerApi, token: Secret, timeoutMs: number): Promise<ProbeAnswer> =>
  ask(api, '/v2/user/get-funds-and-margin', token, Funds, timeoutMs);

/** Asks once for one option chain. */
export const probeOptionChain = (
  api: BrokerApi,
  token: Secret,
  expiry: IstDate,
  timeoutMs: number,
): Promise<ProbeAnswer> => {
  const query = new URLSearchParams({ instrument_key: UNDERLYING, expiry_date: expiry });
  return ask(api, `/v2/option/chain?${query}`, token, OptionChain, timeoutMs);
};

const ask = async (
  api: BrokerApi,
  path: string,
  token: Secret,
  shape: z.ZodType,
  timeoutMs: number,
): Promise<ProbeAnswer> => {
  try {
    const answer = await requestWithToken(api, path, token, timeoutMs);
    const isGiven = answer.status === 200 && shape.safeParse(answer.json).success;
    return isGiven
      ? { result: 'CAPABLE', reason: null, httpStatus: 200, brokerCode: null }
      : judgeRefusal(answer);
  } catch (error) {
    return judgeError(error);
  }
};
