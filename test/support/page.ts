import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright';
import { expect } from 'vitest';
import { type TestApp, until } from './test-app.ts';

/** A browser of its own, logged in where a link is given, with everything it complained about. */
export interface Visit extends AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors of scripts, refusals of the content security policy, requests to another host. */
  readonly complaints: readonly string[];
}

export const visit = async (browser: Browser, testApp: TestApp, url = testApp.url): Promise<Visit> => {
  const visited = await stranger(browser, url);
  await visited.page.goto(`${url}${testApp.app.issueLoginPath()}`);
  return visited;
};

/** Somebody without a session. */
export const stranger = async (browser: Browser, url: string): Promise<Visit> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const complaints: string[] = [];
  context.on('request', (request) => {
    if (!request.url().startsWith(`${url}/`)) complaints.push(`asks ${request.url()}`);
  });
  context.on('page', (page) => {
    page.on('pageerror', ({ message }) => void complaints.push(message));
    page.on('console', (said) => {
      // What a server that is away answers is no fault of the page.
      const isNetwork = said.text().startsWith('Failed to load resource');
      if (said.type() === 'error' && !isNetwork) complaints.push(said.text());
    });
  });
  const page = await context.newPage();
  return { context, page, complaints, [Symbol.asyncDispose]: () => context.close() };
};

/** What a person reads at the top of the page, but for the forecast, which depends on the day. */
export const headline = async (page: Page): Promise<string> => {
  const said = await page.locator('.headline').evaluate((element) => {
    const mark = element.querySelector<HTMLElement>('.readiness-mark');
    const text = (element as HTMLElement).innerText;
    return mark === null ? text : text.replace(mark.innerText, '');
  });
  return said.replace(/\s+/g, ' ').trim();
};

/** Waits until the headline says this. */
export const untilSaid = async (page: Page, said: string | RegExp, timeoutMs = 20_000): Promise<void> => {
  let last = 'nothing yet';
  const says = async (): Promise<boolean> => {
    last = (await page.locator('.headline').count()) === 0 ? 'no headline' : await headline(page);
    return typeof said === 'string' ? last.includes(said) : said.test(last);
  };
  await until(`the headline to say ${said}`, says, timeoutMs).catch((error: Error) => {
    throw new Error(`${error.message}; it says: ${last}`);
  });
};

/** One row of the tokens, as it is read. */
export const rowOf = async (page: Page, apiName: string): Promise<string> => {
  const row = page.locator('.tokens tbody tr:not(.sub)').filter({ hasText: apiName });
  return (await row.innerText()).replace(/\s+/g, ' ').trim();
};

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe has against the page as it is. */
export const expectAccessible = async (page: Page): Promise<void> => {
  await page.evaluate(axe.source);
  const found = (await page.evaluate(
    'axe.run({ resultTypes: ["violations"], preload: false }).then(({ violations }) => violations)',
  )) as readonly Finding[];
  expect(
    found.map(({ id, nodes }) => [
      id,
      ...nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
    ]),
  ).toEqual([]);
};
