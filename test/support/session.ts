import type { BrowserContext } from 'playwright';
import type { TestApp } from './test-app.ts';

/** Both halves of a session, as a program that is no browser would hold them. */
export interface Session {
  /** The cookie as it is sent. */
  readonly cookie: string;
  readonly pageKey: string;
  /** Both as headers of a request. */
  readonly headers: { readonly cookie: string; readonly 'x-vega-page-key': string };
}

export const sessionFrom = (setCookie: string | null | undefined, pageKey: string | undefined): Session => {
  const cookie = setCookie?.split(';')[0] ?? '';
  return { cookie, pageKey: pageKey ?? '', headers: { cookie, 'x-vega-page-key': pageKey ?? '' } };
};

/** The page key in the page that answers a one-time link. */
export const pageKeyIn = (html: string): string | undefined => /data-page-key="([^"]+)"/.exec(html)?.[1];

/** Opens a new one-time link. */
export const openSession = (testApp: TestApp, url = testApp.url): Promise<Session> =>
  redeem(`${url}${testApp.app.issueLoginPath()}`);

export const redeem = async (link: string): Promise<Session> => {
  const login = await fetch(link);
  return sessionFrom(login.headers.get('set-cookie'), pageKeyIn(await login.text()));
};

/** Logs every page of a browser's context in, without opening one. */
export const logIn = async (context: BrowserContext, testApp: TestApp, url = testApp.url): Promise<void> =>
  bring(context, url, await openSession(testApp, url));

/** Every page of the context has the session from its beginning. */
export const bring = async (
  context: BrowserContext,
  url: string,
  { cookie, pageKey }: Session,
): Promise<void> => {
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, url, httpOnly: true, sameSite: 'Strict' }]);
  await context.addInitScript(`localStorage.setItem('vega-page-key', '${pageKey}')`);
};
