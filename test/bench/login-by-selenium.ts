import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { dialogUrl } from '../../src/broker/oauth.ts';
import { FIELDS } from '../../src/broker/page-reading.ts';
import { totpCode } from '../../src/broker/totp.ts';
import { timeStepAt } from '../../src/domain/totp-secret.ts';
import { type LoginWay, requireCode, STATE, Stopwatch } from './login-way.ts';

/** What Selenium needs beside its package; null where it is not installed. */
export interface SeleniumParts {
  readonly chromium: string | null;
  readonly chromedriver: string | null;
}

/** Both from the same Debian package, so that their versions meet; Selenium would download others. */
export const findSeleniumParts = (): SeleniumParts => ({
  chromium: onPath('chromium'),
  chromedriver: onPath('chromedriver'),
});

const PATIENCE_MS = 10_000;
/** Selenium looks every 200 ms unless it is told otherwise: this is in its favour. */
const LOOK_MS = 10;

/** What people use today: a fresh browser for each login, driven by selenium-webdriver. */
export const loginBySelenium = async (chromium: string, chromedriver: string): Promise<LoginWay> => {
  const { Builder, By, until } = await import('selenium-webdriver');
  const { ServiceBuilder } = await import('selenium-webdriver/chrome.js');
  // As large as Playwright's: in a smaller window the page's own toast covers its button.
  const args = ['--headless=new', '--no-sandbox', '--window-size=1280,720'];
  const capabilities = { browserName: 'chrome', 'goog:chromeOptions': { binary: chromium, args } };

  return async ({ broker, credentials, clock }) => {
    const { mobileNumber, pin, totp } = credentials;
    const watch = new Stopwatch();
    watch.loginsBegin();
    for (const { clientId, redirectUri } of broker.apps) {
      const driver = await new Builder()
        .withCapabilities(capabilities)
        .setChromeService(new ServiceBuilder(chromedriver))
        .build();
      const shown = (selector: string) =>
        driver.wait(until.elementLocated(By.css(selector)), PATIENCE_MS, undefined, LOOK_MS);
      try {
        await driver.get(dialogUrl(broker.url, { clientId, redirectUri }, STATE));
        await (await shown(FIELDS.MOBILE.input)).sendKeys(mobileNumber.reveal());
        await (await shown(FIELDS.MOBILE.button)).click();
        await (await shown(FIELDS.OTP.input)).sendKeys(totpCode(totp, timeStepAt(totp, clock())).reveal());
        await (await shown(FIELDS.OTP.button)).click();
        await (await shown(FIELDS.PIN.input)).sendKeys(pin.reveal());
        await (await shown(FIELDS.PIN.button)).click();
        await driver.wait(until.urlContains('code='), PATIENCE_MS, undefined, LOOK_MS);
        requireCode(await driver.getCurrentUrl());
      } finally {
        await driver.quit();
      }
    }
    watch.loginsEnd();
    return watch.spent();
  };
};

const onPath = (name: string): string | null => {
  const places = (process.env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, name));
  return places.find(isExecutable) ?? null;
};

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
