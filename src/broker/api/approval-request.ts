import { z } from 'zod';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import { type FailureCode, failureOfBrokerCode } from '../../domain/run/failure.ts';
import { LoginFailure } from '../login/login-failure.ts';
import { type BrokerAnswer, brokerCodeIn, isBrokerError, readAnswer } from './broker-answer.ts';
import type { BrokerApi } from './broker-api.ts';
import { epochMilliseconds } from './epoch-milliseconds.ts';

/** The account's owner has been asked. */
export interface RequestedApproval {
  readonly expiresAt: Date;
  /** Where the broker will post the token; null where the answer does not tell. */
  readonly notifierUrl: string | null;
}

const ApprovalAnswer = z.object({
  status: z.literal('success'),
  data: z.object({
    authorization_expiry: epochMilliseconds,
    notifier_url: z.string().nullish().catch(null),
  }),
});

/** Refusals whose remedy lies elsewhere than the other ones'. */
const REMARKS: Readonly<Record<string, string>> = {
  UDAPI1123: ' The app has no notifier webhook: its owner has to set one at the broker.',
  UDAPI1124: ' Only an individual account can approve on the phone.',
};

/**
 * Asks the account's owner, on the phone, to let the app have a token; the token comes to the app's notifier webhook.
 * Every request rings the owner's phone, so this is never repeated by itself. Source: Upstox developer documentation,
 * "Access Token Request".
 */
export const requestApproval = async (
  api: BrokerApi,
  app: Pick<ApiConfig, 'clientId' | 'clientSecret'>,
  timeoutMs: number,
): Promise<RequestedApproval> => {
  const answer = await postRequest(api, app, timeoutMs);
  const approval = ApprovalAnswer.safeParse(answer.json);
  if (answer.status === 200 && approval.success) {
    const { authorization_expiry, notifier_url } = approval.data.data;
    return { expiresAt: authorization_expiry, notifierUrl: notifier_url ?? null };
  }
  const brokerCode = brokerCodeIn(answer);
  const remark = brokerCode === null ? '' : (REMARKS[brokerCode] ?? '');
  throw new LoginFailure(
    failureOf(answer, brokerCode),
    `The broker answered ${answer.status}${brokerCode === null ? '' : ` ${brokerCode}`} to the approval request.${remark}`,
    { restMs: answer.retryAfterMs === 0 ? null : answer.retryAfterMs },
  );
};

const failureOf = (answer: BrokerAnswer, brokerCode: string | null): FailureCode => {
  const known = brokerCode === null ? undefined : failureOfBrokerCode(brokerCode);
  if (known !== undefined) return known;
  if (answer.status === 429) return 'THROTTLED';
  if (answer.isFromEdge) return 'BROKER_UNREACHABLE';
  if (answer.status < 400) return 'PAGE_CHANGED';
  // Only the broker itself refuses an app; a gateway's answer says nothing of it.
  return answer.status < 500 && isBrokerError(answer) ? 'APP_REJECTED' : 'BROKER_UNREACHABLE';
};

const postRequest = async (
  api: BrokerApi,
  app: Pick<ApiConfig, 'clientId' | 'clientSecret'>,
  timeoutMs: number,
): Promise<BrokerAnswer> => {
  const path = `/v3/login/auth/token/request/${encodeURIComponent(app.clientId)}`;
  const body = JSON.stringify({ client_secret: app.clientSecret.reveal() });
  try {
    const response = await api.request(path, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body,
      timeoutMs,
    });
    return await readAnswer(response);
  } catch {
    throw new LoginFailure(
      'BROKER_UNREACHABLE',
      'The approval request was sent and no answer came back; it is not sent again.',
    );
  }
};
