import type { Secret } from '../../domain/secret.ts';
import type { ProbeResult, UnknownReason } from '../../domain/token/profile.ts';
import { type BrokerAnswer, brokerCodeIn, readAnswer, saysTokenIsDead } from './broker-answer.ts';
import type { BrokerApi } from './broker-api.ts';

/** What is told of a token where the broker did not tell what was asked for. */
type Refused = Exclude<ProbeResult, { readonly kind: 'ALIVE' }>;

/** Asks the broker once with a token. Throws where there is no whole answer in time. */
export const requestWithToken = async (
  api: BrokerApi,
  path: string,
  accessToken: Secret,
  timeoutMs: number,
): Promise<BrokerAnswer> => {
  const headers = { accept: 'application/json', authorization: `Bearer ${accessToken.reveal()}` };
  return readAnswer(await api.request(path, { headers, timeoutMs }));
};

/**
 * Asks the broker once with a token. Never throws: neither an outage nor a refusal for another reason than the token tells
 * anything about the token. `read` answers what the JSON tells, or why it tells nothing.
 */
export const askWithToken = async <Told extends object>(
  api: BrokerApi,
  path: string,
  accessToken: Secret,
  timeoutMs: number,
  read: (json: unknown) => Told | UnknownReason,
): Promise<Told | Refused> => {
  try {
    const answer = await requestWithToken(api, path, accessToken, timeoutMs);
    const { status, json } = answer;
    const unknown = (reason: UnknownReason): Refused => ({
      kind: 'UNKNOWN',
      reason,
      httpStatus: status,
      brokerCode: brokerCodeIn(answer),
    });
    if (status === 429) return unknown('RATE_LIMITED');
    if (saysTokenIsDead(answer)) return { kind: 'DEAD', httpStatus: status };
    if (status !== 200) return unknown('BROKER_ERROR');
    const told = read(json);
    return typeof told === 'string' ? unknown(told) : told;
  } catch (error) {
    const reason = error instanceof Error && error.name === 'TimeoutError' ? 'TIMEOUT' : 'NETWORK';
    return { kind: 'UNKNOWN', reason, httpStatus: null, brokerCode: null };
  }
};
