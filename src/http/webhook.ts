import type { Logger } from '../log.ts';
import type { ApprovalNotices } from '../services/approvals/approval-notices.ts';
import { type Answer, json } from './answer.ts';
import { badInput, forbidden, HttpError, methodNotAllowed } from './http-error.ts';
import { type HttpRequest, parseJson } from './http-request.ts';

const MAX_BODY_BYTES = 16_384;
const RETRY_SECONDS = '10';

export const WEBHOOK_PATH = '/api/v1/auth/upstox/webhook';

/** Where the broker, or the relay before this server, posts the token after an approval. */
export const answerWebhook = async (
  request: HttpRequest,
  notices: ApprovalNotices,
  log: Logger,
): Promise<Answer> => {
  if (request.method !== 'POST') throw methodNotAllowed('POST');
  request.requireJson();
  const message = parseJson(await request.readBody(MAX_BODY_BYTES));
  if (message === undefined) throw badInput('This is not JSON.', 'Send JSON.');
  const reception = await notices.receive(message).catch((error: unknown) => {
    log.error({ err: error }, 'a notice could not be judged');
    return 'NOT_NOW' as const;
  });
  if (reception === 'TAKEN') return json({ status: 'ok' });
  // Every refusal is the same: its reason would help a forger, and stands in the log.
  if (reception === 'REFUSED')
    throw forbidden('This is not what is waited for.', 'Look into the log of vega-auth.');
  const isHeld = reception === 'HELD';
  throw new HttpError(
    503,
    'TRY_AGAIN',
    `This cannot be judged at the moment; it was not stored${isHeld ? ', and waits sealed until it can be' : ''}.`,
    'Send it again in a while.',
    { 'retry-after': RETRY_SECONDS },
  );
};
