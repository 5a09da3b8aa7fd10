import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import { brokerCodeIn, readAnswer, saysTokenIsDead } from './broker-answer.ts';
import type { BrokerApi } from './broker-api.ts';

/** Whether a token is dead now, and what the broker answered where it is not known to be. */
export type Revocation =
  | { readonly isDead: true }
  | { readonly isDead: false; readonly httpStatus: number | null; readonly brokerCode: string | null };

/** Source: Upstox developer documentation, "Logout". */
const LogoutAnswer = z.object({ status: z.literal('success'), data: z.literal(true).optional() });

/** Ends a token at the broker. It is dead where the broker itself says so: ended now, or no good before. */
export const revokeToken = async (
  api: BrokerApi,
  accessToken: Secret,
  timeoutMs: number,
): Promise<Revocation> => {
  try {
    const response = await api.request('/v2/logout', {
      method: 'DELETE',
      headers: { accept: 'application/json', authorization: `Bearer ${accessToken.reveal()}` },
      timeoutMs,
    });
    const answer = await readAnswer(response);
    const isEnded = answer.status === 200 && LogoutAnswer.safeParse(answer.json).success;
    if (isEnded || saysTokenIsDead(answer)) return { isDead: true };
    return { isDead: false, httpStatus: answer.status, brokerCode: brokerCodeIn(answer) };
  } catch {
    return { isDead: false, httpStatus: null, brokerCode: null };
  }
};
