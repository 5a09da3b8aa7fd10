import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import type { ProbeResult, Profile, UnknownReason } from '../../domain/token/profile.ts';
import {
  type BrokerAnswer,
  brokerCodeIn,
  brokerUserId,
  readAnswer,
  saysTokenIsDead,
} from './broker-answer.ts';
import type { BrokerApi } from './broker-api.ts';

const texts = z.array(z.string()).catch([]);

/** Source: Upstox developer documentation, "Get Profile". Only the user id is indispensable. */
const ProfileAnswer = z.object({
  status: z.literal('success'),
  data: z.object({
    user_id: brokerUserId,
    user_name: z.string().catch(''),
    email: z.string().catch(''),
    broker: z.string().catch('UPSTOX'),
    user_type: z.string().catch(''),
    exchanges: texts,
    products: texts,
    order_types: texts,
    poa: z.boolean().catch(false),
    ddpi: z.boolean().catch(false),
    is_active: z.boolean().catch(true),
  }),
});

/**
 * Asks the broker once whose token it is. Never throws: neither an outage nor a refusal for another reason than the token
 * tells anything about the token.
 */
export const probeProfile = async (
  api: BrokerApi,
  accessToken: Secret,
  timeoutMs: number,
): Promise<ProbeResult> => {
  try {
    const response = await api.request('/v2/user/profile', {
      headers: { accept: 'application/json', authorization: `Bearer ${accessToken.reveal()}` },
      timeoutMs,
    });
    return judge(await readAnswer(response));
  } catch (error) {
    const reason = error instanceof Error && error.name === 'TimeoutError' ? 'TIMEOUT' : 'NETWORK';
    return { kind: 'UNKNOWN', reason, httpStatus: null, brokerCode: null };
  }
};

const judge = (answer: BrokerAnswer): ProbeResult => {
  const { status } = answer;
  const unknown = (reason: UnknownReason): ProbeResult => ({
    kind: 'UNKNOWN',
    reason,
    httpStatus: status,
    brokerCode: brokerCodeIn(answer),
  });
  if (status === 429) return unknown('RATE_LIMITED');
  if (saysTokenIsDead(answer)) return { kind: 'DEAD', httpStatus: status };
  if (status !== 200) return unknown('BROKER_ERROR');
  const profile = ProfileAnswer.safeParse(answer.json);
  return profile.success
    ? { kind: 'ALIVE', profile: toProfile(profile.data.data) }
    : unknown('NOT_A_PROFILE');
};

const toProfile = (data: z.infer<typeof ProfileAnswer>['data']): Profile => ({
  userId: data.user_id,
  userName: data.user_name,
  email: data.email,
  broker: data.broker,
  userType: data.user_type,
  exchanges: data.exchanges,
  products: data.products,
  orderTypes: data.order_types,
  poa: data.poa,
  ddpi: data.ddpi,
  isActive: data.is_active,
});
