import type { ApiConfig } from '../../domain/account/api-config.ts';
import { failureOfBrokerCode } from '../../domain/run/failure.ts';
import { brokerCodeIn, readAnswer } from './broker-answer.ts';
import type { BrokerApi } from './broker-api.ts';
import { dialogPath } from './oauth.ts';

/** What the broker's dialog says of an app, asked without logging in. */
export type AppCheck =
  | { readonly kind: 'ACCEPTED' }
  | { readonly kind: 'REJECTED'; readonly brokerCode: string }
  | { readonly kind: 'UNKNOWN'; readonly status: number | null };

/**
 * Opens the dialog's address without following it anywhere: a redirect to the login page means that the broker knows
 * client id and redirect URI. Spends no OTP. The client secret is not part of it.
 */
export const checkApp = async (
  api: BrokerApi,
  app: Pick<ApiConfig, 'clientId' | 'redirectUri'>,
  timeoutMs: number,
): Promise<AppCheck> => {
  try {
    const response = await api.request(dialogPath(app, 'check'), { timeoutMs });
    const answer = await readAnswer(response);
    if (answer.status >= 300 && answer.status < 400) return { kind: 'ACCEPTED' };
    const brokerCode = brokerCodeIn(answer);
    const isRejection = brokerCode !== null && failureOfBrokerCode(brokerCode) === 'APP_REJECTED';
    return isRejection ? { kind: 'REJECTED', brokerCode } : { kind: 'UNKNOWN', status: answer.status };
  } catch {
    return { kind: 'UNKNOWN', status: null };
  }
};
