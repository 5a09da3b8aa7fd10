import type { Logger } from '../log.ts';
import type { ApprovalNotices, Reception } from '../services/approvals/approval-notices.ts';
import type { OpenRoute } from './open-route.ts';
import { parseJson } from './parse-json.ts';
import { readBody } from './read-body.ts';
import { restError } from './rest-error.ts';

const MAX_BODY_BYTES = 16_384;
const RETRY_SECONDS = '10';

/** Where the broker, or the relay before this server, posts the token after an approval. */
export const webhookRoute = (notices: ApprovalNotices, log: Logger): OpenRoute => ({
  path: '/api/v1/auth/upstox/webhook',
  deny: ({ status, code, message, nextAction }) => restError(status, code, message, nextAction),
  answer: async (request) => {
    if (request.method !== 'POST')
      return restError(405, 'METHOD_NOT_ALLOWED', 'Only POST is answered here.', 'Send a POST.', {
        allow: 'POST',
      });
    if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? ''))
      return restError(415, 'UNSUPPORTED_MEDIA_TYPE', 'A POST has to be JSON.', 'Send JSON.');
    const body = await readBody(request, MAX_BODY_BYTES);
    if (body === null)
      return restError(413, 'TOO_LARGE', 'This is too long to be a token.', 'Send at most 16 kB.');
    const message = parseJson(body);
    if (message === undefined) return restError(400, 'BAD_USER_INPUT', 'This is not JSON.', 'Send JSON.');
    try {
      return toResponse(await notices.receive(message));
    } catch (error) {
      log.error({ err: error }, 'a notice could not be judged');
      return toResponse('NOT_NOW');
    }
  },
});

/** Every refusal is the same: its reason would help a forger, and stands in the log. */
const toResponse = (reception: Reception): Response => {
  if (reception === 'TAKEN') return Response.json({ status: 'ok' });
  if (reception === 'REFUSED') {
    return restError(403, 'FORBIDDEN', 'This is not what is waited for.', 'Look into the log of vega-auth.');
  }
  return restError(
    503,
    'TRY_AGAIN',
    'This cannot be judged at the moment; it was not stored.',
    'Send it again in a while.',
    { 'retry-after': RETRY_SECONDS },
  );
};
