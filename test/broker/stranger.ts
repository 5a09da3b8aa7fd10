import { dialogUrl } from '../../src/broker/api/oauth.ts';
import { BrokerBrowser } from '../../src/broker/chromium/broker-browser.ts';
import { LoginFailure } from '../../src/broker/login/login-failure.ts';
import type { LoginRequest } from '../../src/broker/login/login-request.ts';
import { readConfig } from '../../src/config.ts';
import type { Knobs } from '../../src/simulator/scenarios.ts';
import { codeAt } from '../support/code-at.ts';
import { environmentOf, openBroker } from '../support/test-app.ts';
import { type Answers, openFront } from './front.ts';

const STATE = 'strange';

/** Done to each step of the page when it appears; `form`, `input` and `button` are the step's. */
export const inEachStep = (habit: string): string => `
  const seen = new WeakSet();
  const meet = () => {
    const form = document.querySelector('#view form');
    if (!form || seen.has(form)) return;
    seen.add(form);
    const input = form.querySelector('input');
    const button = form.querySelector('[type=submit]');
    ${habit}
  };
  new MutationObserver(meet).observe(document.getElementById('view'), { childList: true });
  meet();`;

export interface Outcome {
  /** The code came, or which failure ended the login. */
  readonly end: string;
  readonly message: string;
  /** How often each secret reached the broker. */
  readonly sent: readonly [otpRequests: number, otps: number, pins: number];
  /** The path of every request that reached it. */
  readonly asked: readonly string[];
}

interface Habits {
  readonly knobs?: Partial<Knobs>;
  /** What is answered in the broker's place. */
  readonly answers?: Answers;
  readonly stepTimeoutMs: number;
  /** What keeps back a value in the moment in which it would leave. */
  readonly keeping?: Pick<LoginRequest, 'refuseLeaving' | 'refuseLate'>;
}

/** Logs in to brokers that behave otherwise than the one that is known. */
export class Stranger implements AsyncDisposable {
  readonly #browser: BrokerBrowser;

  private constructor(browser: BrokerBrowser) {
    this.#browser = browser;
  }

  static async arrive(): Promise<Stranger> {
    return new Stranger(await BrokerBrowser.launch({ headless: true, chromiumPath: null }));
  }

  async logIn({ knobs = {}, answers = [], stepTimeoutMs, keeping = {} }: Habits): Promise<Outcome> {
    // A busy machine may type a code late.
    await using broker = await openBroker({ knobs, account: { totpPeriodSeconds: 60 } });
    await using front = await openFront(broker.url, answers);
    const [app] = broker.apps;
    if (app === undefined) throw new Error('The broker knows no app.');
    const { credentials } = readConfig(environmentOf(broker, 1));
    const listener = {
      onStep: async () => undefined,
      awaitOtpRequest: async () => undefined,
      beforeOtpRequest: async () => undefined,
      awaitTimeStep: async () => undefined,
      takeOtp: async () => codeAt(credentials.totp, new Date()),
      beforePin: async () => undefined,
      onSubmitted: () => undefined,
      onOtpInterval: async () => undefined,
      onDismissal: async () => undefined,
      onCaptcha: async () => undefined,
    };
    const request = {
      dialogUrl: dialogUrl({ baseUrl: front.url }, app, STATE),
      redirectUri: app.redirectUri,
      state: STATE,
      credentials,
      stepTimeoutMs,
      captchaWaitMs: 0,
      now: () => new Date(),
      signal: new AbortController().signal,
      ...keeping,
    };
    await using session = await this.#browser.openSession();
    const end = await session.logIn(request, listener).then(
      (code) => ({ end: code.reveal() === '' ? 'NOTHING' : 'CODE', message: '' }),
      (error: unknown) => {
        if (!(error instanceof LoginFailure)) throw error;
        return { end: error.code, message: error.message };
      },
    );
    const count = (text: string) => front.asked.filter((path) => path.includes(text)).length;
    return {
      ...end,
      sent: [count('/otp/generate'), count('/verify'), count('/auth/2fa')],
      asked: front.asked,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser[Symbol.asyncDispose]();
  }
}
