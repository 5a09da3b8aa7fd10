import { NEXT_ACTIONS } from '../domain/run/failure.ts';
import { type Arrival, takeRedirect } from '../services/human-login/human-login.ts';
import { type Answer, page } from './answer.ts';
import type { HttpRequest } from './http-request.ts';
import type { ServerOptions } from './server-options.ts';

export const CALLBACK_PATH = '/api/v1/auth/upstox/callback';

type Options = Pick<ServerOptions, 'acquisitions' | 'exchange' | 'services' | 'log'>;

/** Where the broker sends the browser of a person who has logged in. */
export const answerCallback = async (
  { method, url }: HttpRequest,
  { acquisitions, exchange, services, log }: Options,
): Promise<Answer> => {
  // A HEAD, which some programs send to look at a link, must not use the code up.
  if (method !== 'GET') return page(405, 'Only a browser is answered here.');
  try {
    return toPage(await takeRedirect({ acquisitions, exchange, clock: services.clock }, url.href));
  } catch (error) {
    log.error({ err: error }, 'a redirect could not be taken');
    return page(500, 'Something unexpected happened; the log says what.');
  }
};

const toPage = (arrival: Arrival): Answer => {
  if (arrival.kind === 'DONE')
    return page(
      200,
      `Done: ${arrival.apiName} has a token that the broker confirms. You can close this page.`,
    );
  if (arrival.kind === 'FAILED') {
    const { apiName, code } = arrival;
    return page(409, `No confirmed token for ${apiName} (${code}). ${NEXT_ACTIONS[code]}`);
  }
  if (arrival.kind === 'NOT_NOW')
    return page(503, 'The program that waits for this login is not running. Reload this page when it is.');
  return page(
    404,
    'Nobody waits for this login: it was not begun here, it took more than ten minutes, or it was used before. Nothing was done with it.',
  );
};
