import { dialogUrl } from '../../src/broker/api/oauth.ts';
import { BrokerBrowser } from '../../src/broker/chromium/broker-browser.ts';
import type { LoginListener } from '../../src/broker/login/login-request.ts';
import { codeAt } from '../support/code-at.ts';
import { type LoginWay, STATE, Stopwatch } from './login-way.ts';

/** The engine's browser part: one browser, a fresh context for each login, and a code at once when it asks for one. */
export const loginByEngine: LoginWay = async ({ broker, credentials, clock }) => {
  const listener: LoginListener = {
    onStep: async () => undefined,
    awaitOtpRequest: async () => undefined,
    beforeOtpRequest: async () => undefined,
    awaitTimeStep: async () => undefined,
    takeOtp: async () => codeAt(credentials.totp, clock()),
    beforePin: async () => undefined,
    onSubmitted: () => undefined,
    onOtpInterval: async () => undefined,
    onDismissal: async () => undefined,
    onCaptcha: async () => undefined,
  };
  const watch = new Stopwatch();
  {
    await using browser = await BrokerBrowser.launch({ headless: true, chromiumPath: null });
    watch.loginsBegin();
    for (const { clientId, redirectUri } of broker.apps) {
      await using session = await browser.openSession();
      const request = {
        dialogUrl: dialogUrl({ baseUrl: broker.url }, { clientId, redirectUri }, STATE),
        redirectUri,
        state: STATE,
        credentials,
        stepTimeoutMs: 15_000,
        captchaWaitMs: 0,
        now: clock,
        signal: new AbortController().signal,
      };
      await session.logIn(request, listener);
    }
    watch.loginsEnd();
  }
  return watch.spent();
};
