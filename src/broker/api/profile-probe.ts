import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import type { ProbeResult, Profile } from '../../domain/token/profile.ts';
import { brokerUserId } from './broker-answer.ts';
import type { BrokerApi } from './broker-api.ts';
import { askWithToken } from './token-call.ts';

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

/** Asks the broker once whose token it is. */
export const probeProfile = (api: BrokerApi, accessToken: Secret, timeoutMs: number): Promise<ProbeResult> =>
  askWithToken(api, '/v2/user/profile', accessToken, timeoutMs, (json) => {
    const profile = ProfileAnswer.safeParse(json);
    return profile.success
      ? ({ kind: 'ALIVE', profile: toProfile(profile.data.data) } as const)
      : 'NOT_A_PROFILE';
  });

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
