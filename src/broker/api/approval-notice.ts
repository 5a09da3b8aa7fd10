import { z } from 'zod';
import type { ApprovalNotice } from '../../domain/run/approval-notice.ts';
import { Secret } from '../../domain/secret.ts';
import { brokerUserId } from './broker-answer.ts';
import { epochMilliseconds } from './epoch-milliseconds.ts';

const name = z.string().min(1).max(255);

/** Source: Upstox developer documentation, "Access Token Request". The token has to fit into a header. */
const NoticeBody = z.object({
  client_id: name,
  user_id: brokerUserId.pipe(name),
  access_token: z.string().regex(/^[\x21-\x7e]{1,4096}$/),
  token_type: name,
  expires_at: epochMilliseconds,
  issued_at: epochMilliseconds,
  message_type: name,
});

/** Reads what was posted to the notifier webhook; null when it is not such a message. */
export const readNotice = (body: unknown): ApprovalNotice | null => {
  const notice = NoticeBody.safeParse(body);
  if (!notice.success) return null;
  const { data } = notice;
  return {
    clientId: data.client_id,
    userId: data.user_id,
    accessToken: new Secret(data.access_token),
    tokenType: data.token_type,
    messageType: data.message_type,
    issuedAt: data.issued_at,
    expiresAt: data.expires_at,
  };
};
