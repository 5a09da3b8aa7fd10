import { chromium } from 'playwright';
import { dialogUrl } from '../../src/broker/api/oauth.ts';
import { findChromium } from '../../src/broker/chromium/chromium.ts';
import { FIELDS } from '../../src/broker/login/page/page-reading.ts';
import { codeAt } from '../support/code-at.ts';
import { type LoginWay, requireCode, STATE, Stopwatch } from './login-way.ts';

/** A bare Playwright script as one writes it: one browser, a fresh context for each login, fill and click. */
export const loginByPlaywright: LoginWay = async ({ broker, credentials, clock }) => {
  const { mobileNumber, pin, totp } = credentials;
  const watch = new Stopwatch();
  const executablePath = findChromium({ headless: true })?.executablePath;
  const browser = await chromium.launch(executablePath === undefined ? {} : { executablePath });
  watch.loginsBegin();
  for (const { clientId, redirectUri } of broker.apps) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.route(
      (url) => url.href.startsWith(redirectUri),
      (route) => route.fulfill({ body: 'done' }),
    );
    await page.goto(dialogUrl({ baseUrl: broker.url }, { clientId, redirectUri }, STATE));
    await page.fill(FIELDS.MOBILE.input, mobileNumber.reveal());
    await page.click(FIELDS.MOBILE.button);
    await page.fill(FIELDS.OTP.input, codeAt(totp, clock()).reveal());
    await page.click(FIELDS.OTP.button);
    await page.fill(FIELDS.PIN.input, pin.reveal());
    await page.click(FIELDS.PIN.button);
    await page.waitForURL((url) => url.href.startsWith(redirectUri));
    requireCode(page.url());
    await context.close();
  }
  watch.loginsEnd();
  await browser.close();
  return watch.spent();
};
