import { createHash } from 'node:crypto';
import type { Access } from './access.ts';
import type { Asking } from './asking.ts';
import { type Denial, denialHeaders, forbidden } from './denial.ts';
import { page } from './page.ts';
import { PAGE_KEY_HEADER, PAGE_KEY_ITEM } from './page-key.ts';
import { STRICT_POLICY } from './security-headers.ts';

export const LOGIN_PATH = '/login';

/**
 * GET with a one-time link logs a browser in, POST with a key as well, DELETE logs it out. The page key is in no
 * address: the page that answers the link puts it into the storage of its origin.
 */
export const logIn = async (
  access: Access,
  asking: Asking,
  deny: (denial: Denial, asking: Asking) => Response,
): Promise<Response> => {
  if (asking.method === 'POST') {
    const loggedIn = await access.redeemKey(asking);
    if ('status' in loggedIn) return deny(loggedIn, asking);
    const headers = { 'set-cookie': loggedIn.cookie, [PAGE_KEY_HEADER]: loggedIn.pageKey };
    return new Response(null, { status: 204, headers });
  }
  if (asking.method === 'DELETE')
    return new Response(null, { status: 204, headers: { 'set-cookie': await access.logOut(asking) } });
  const denial = checkOpening(asking);
  if (denial !== null) return denialPage(denial);
  const link = new URL(asking.url).searchParams.get('link') ?? '';
  const loggedIn = await access.redeemLink(link, asking);
  return 'status' in loggedIn ? denialPage(loggedIn) : arrival(loggedIn);
};

export const denialPage = (denial: Denial): Response => {
  const response = page(denial.status, `${denial.message} ${denial.nextAction}`);
  for (const [name, value] of Object.entries(denialHeaders(denial))) response.headers.set(name, value);
  if (denial.status === 405) response.headers.set('allow', 'GET, POST, DELETE');
  return response;
};

/** The link works once, so only somebody who opens it uses it up: no image of another site, no prefetch, no preview. */
const checkOpening = ({ method, headers }: Asking): Denial | null => {
  if (method !== 'GET') return NOT_OPENED;
  const purposes = `${headers.get('sec-purpose') ?? ''} ${headers.get('purpose') ?? ''} ${headers.get('x-moz') ?? ''}`;
  if (/prefetch|prerender|preview/i.test(purposes)) return BY_ITSELF;
  const destination = headers.get('sec-fetch-dest');
  if (destination !== null && destination !== 'document') return BY_ITSELF;
  const site = headers.get('sec-fetch-site');
  const isNavigation = headers.get('sec-fetch-mode') === 'navigate';
  return site === null || site === 'none' || site === 'same-origin' || isNavigation ? null : BY_ITSELF;
};

const NOT_OPENED: Denial = {
  status: 405,
  code: 'METHOD_NOT_ALLOWED',
  message: 'A link is opened with GET.',
  nextAction: 'Open it in a browser; it was not used up.',
};

const BY_ITSELF = forbidden(
  'A link is opened by a person, not by another page.',
  'Open it in the address bar of a browser; it was not used up.',
);

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

const arrival = ({ cookie, pageKey }: { readonly cookie: string; readonly pageKey: string }): Response => {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>vega-auth</title>
<body data-page-key="${pageKey}"><p>Logging in …</p>
<noscript>The page needs JavaScript; so does logging in.</noscript><script>${ARRIVE}</script></body></html>`;
  return new Response(html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'set-cookie': cookie,
      'content-security-policy': ARRIVAL_POLICY,
    },
  });
};
