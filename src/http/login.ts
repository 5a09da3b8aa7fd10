import { createHash } from 'node:crypto';
import type { Access, LoggedIn } from './access.ts';
import { type Answer, html, nothing, STRICT_POLICY } from './answer.ts';
import { forbidden, methodNotAllowed } from './http-error.ts';
import type { HttpRequest } from './http-request.ts';
import { PAGE_KEY_HEADER, PAGE_KEY_ITEM } from './page-key.ts';

export const LOGIN_PATH = '/login';

/**
 * GET with a one-time link logs a browser in, POST with a key as well, DELETE logs it out. The page key is in no
 * address: the page that answers the link puts it into the storage of its origin.
 */
export const logIn = async (access: Access, request: HttpRequest): Promise<Answer> => {
  const { method, url } = request;
  if (method === 'POST') {
    const { cookie, pageKey } = await access.redeemKey(request);
    return nothing(204, { 'set-cookie': cookie, [PAGE_KEY_HEADER]: pageKey });
  }
  if (method === 'DELETE') return nothing(204, { 'set-cookie': await access.logOut(request) });
  if (method !== 'GET') throw methodNotAllowed('GET, POST, DELETE');
  checkOpening(request);
  return arrival(await access.redeemLink(url.searchParams.get('link') ?? '', request));
};

/** The link works once, so only somebody who opens it uses it up: no image of another site, no prefetch, no preview. */
const checkOpening = (request: HttpRequest): void => {
  const purposes = ['sec-purpose', 'purpose', 'x-moz'].map((name) => request.header(name) ?? '').join(' ');
  const isOpened = (request.header('sec-fetch-dest') ?? 'document') === 'document';
  const isOurs = ['none', 'same-origin'].includes(request.header('sec-fetch-site') ?? 'none');
  const isNavigation = request.header('sec-fetch-mode') === 'navigate';
  if (/prefetch|prerender|preview/i.test(purposes) || !isOpened || !(isOurs || isNavigation))
    throw forbidden(
      'A link is opened by a person, not by another page.',
      'Open it in the address bar of a browser; it was not used up.',
    );
};

const ARRIVE = `
try {
  localStorage.setItem('${PAGE_KEY_ITEM}', document.body.dataset.pageKey);
  location.replace('/');
} catch {
  document.querySelector('p').textContent =
    'This browser keeps no data for this page, so it cannot be logged in: allow that, and open a new link.';
}`;
const ARRIVE_HASH = createHash('sha256').update(ARRIVE).digest('base64');

/** The one script that stands in a page, and no other, may run. */
const ARRIVAL_POLICY = STRICT_POLICY.replace("script-src 'self'", `script-src 'sha256-${ARRIVE_HASH}'`);

const arrival = ({ cookie, pageKey }: LoggedIn): Answer =>
  html(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>vega-auth</title>
<body data-page-key="${pageKey}"><p>Logging in …</p>
<noscript>The page needs JavaScript; so does logging in.</noscript><script>${ARRIVE}</script></body></html>`,
    200,
    { 'set-cookie': cookie, 'content-security-policy': ARRIVAL_POLICY },
  );
