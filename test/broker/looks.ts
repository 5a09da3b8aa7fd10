import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BrokerBrowser } from '../../src/broker/chromium/broker-browser.ts';
import { LoginFailure } from '../../src/broker/login/login-failure.ts';
import { readConfig } from '../../src/config.ts';
import { codeAt } from '../support/code-at.ts';

const STATE = 'look';
const REDIRECT_URI = 'https://desk.example/redirect';
const PIN = '735219';
const MOBILE = '9812345670';
const { credentials } = readConfig({
  UPSTOX_MOBILE_NUMBER: MOBILE,
  UPSTOX_PIN: PIN,
  UPSTOX_TOTP: 'DEMOVEGADEMOVEGADEMOVEGADEMOVEGA',
  UPSTOX_REDIRECT_URI: REDIRECT_URI,
  UPSTOX_CLIENT_ID_0: 'look-app',
  UPSTOX_CLIENT_SECRET_0: 'look-secret-0',
});

/** One page of a login, as the broker might draw it. */
export interface StepLook {
  readonly heading?: string;
  /** Between heading and form. */
  readonly before?: string;
  readonly label?: string;
  /** Attributes of the input besides its id. */
  readonly input?: string;
  /** In place of the input; has to carry its id. */
  readonly field?: string;
  /** Beside the input. */
  readonly beside?: string;
  readonly button?: string;
  /** Below the form. */
  readonly after?: string;
}

const STEPS = {
  MOBILE: ['mobileNum', 'getOtp', 'Login with mobile number', 'Enter mobile number', 'Get OTP'],
  OTP: ['otpNum', 'continueBtn', 'Verify your number', 'Enter OTP or TOTP', 'Continue'],
  PIN: ['pinCode', 'pinContinueBtn', 'Hi Asha', 'Enter 6-digit PIN', 'Continue'],
} as const;

type StepName = keyof typeof STEPS;

/** The view of a step. Its form posts to `/api/<name>`. */
export const step = (name: StepName, look: StepLook = {}): string => {
  const [id, buttonId, heading, label, button] = STEPS[name];
  const { input = '', field = `<input id="${id}" autocomplete="off" ${input}>`, beside = '' } = look;
  return `<h1>${look.heading ?? heading}</h1>${look.before ?? ''}
    <form data-step="${name}"><label for="${id}">${look.label ?? label}</label>${field}${beside}
    <button id="${buttonId}" type="submit">${look.button ?? button}</button></form>${look.after ?? ''}`;
};

/** The three of a plain login, and what it sends. */
export const VIEWS = [step('MOBILE'), step('OTP'), step('PIN')] as const;
export const SENT = ['MOBILE', 'OTP', 'PIN'];

/** Runs when the page's own script has. */
export const later = (script: string): string => `addEventListener('DOMContentLoaded', () => { ${script} });`;

export interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The connection is cut instead. */
  readonly isCut?: true;
}

export const refused = (message: string, code: number | string = ''): Answer => ({
  body: { success: false, error: { code, message } },
});

export interface Look {
  /** The views in their order; a form of the login that is answered well shows the next one. */
  readonly views: readonly string[];
  /** What is answered to the values of a step. */
  readonly answers?: Readonly<Partial<Record<StepName, Answer>>>;
  /** What is answered in place of the page. */
  readonly page?: Answer;
  /** Runs in the page after its own script. */
  readonly script?: string;
  /** Answers of other paths. */
  readonly others?: Readonly<Record<string, Answer>>;
}

export interface Visit {
  /** The code came, or which failure ended the login. */
  readonly end: string;
  readonly message: string;
  readonly restMs: number | null;
  readonly otpIntervalMs: number | null;
  /** Every button or link that was pressed, as the page itself heard it. */
  readonly clicked: readonly string[];
  /** The id of every input that something was typed into, as the page itself heard it. */
  readonly typed: readonly string[];
  /** The steps whose values reached the broker, in order. */
  readonly sent: readonly string[];
  /** Offers that were turned down, as they were written down. */
  readonly dismissed: readonly string[];
}

const script = (redirectTo: string): string => `{
  const views = [...document.querySelectorAll('template')];
  const view = document.getElementById('view');
  let at = -1;
  window.login = {
    views, view,
    show(index) { at = index; view.replaceChildren(views[index].content.cloneNode(true)); window.meet?.(view); },
    next() { if (at + 1 < views.length) login.show(at + 1); else location.assign(${JSON.stringify(redirectTo)}); },
    toast(text) { const toast = document.getElementById('toast'); toast.textContent = text; toast.hidden = false; },
    async send(step, value) {
      const answer = await fetch('/api/' + step, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ data: { value } }) });
      const json = await answer.json().catch(() => ({ success: answer.ok }));
      if (json.success) login.next(); else login.refused(json, step);
    },
    refused(json) { login.toast((json.error?.message ?? 'Something went wrong') + (json.error?.code ? ' [' + json.error.code + ']' : '')); },
    valueOf(form) { return [...form.querySelectorAll('input')].map((input) => input.value).join('').replace(/^\\+91/, '').replace(/\\D/g, ''); },
  };
  const tell = (what) => navigator.sendBeacon('/heard', JSON.stringify(what));
  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('button, a, input[type=submit], input[type=button], input[type=checkbox], [role=button]');
    if (button) tell({ clicked: (button.innerText || button.value || button.id).trim() });
  }, true);
  document.addEventListener('input', (event) => { if (event.isTrusted) tell({ typed: event.target.id || event.target.name || 'input' }); }, true);
  document.addEventListener('submit', (event) => {
    event.preventDefault();
    const { step } = event.target.dataset;
    if (step) void login.send(step, login.valueOf(event.target));
  });
  login.next();
}`;

const ACCEPTED: Readonly<Record<StepName, unknown>> = {
  MOBILE: { success: true, data: { isTotpEnabled: true } },
  OTP: { success: true, data: { isSecretPinSet: true } },
  PIN: { success: true, data: { customerStatus: 'ACTIVE' } },
};

/** Logs in to pages that somebody else has drawn. */
export class Looks implements AsyncDisposable {
  readonly #browser: BrokerBrowser;

  private constructor(browser: BrokerBrowser) {
    this.#browser = browser;
  }

  static async open(): Promise<Looks> {
    return new Looks(await BrokerBrowser.launch({ headless: true, chromiumPath: null }));
  }

  async visit(look: Look, stepTimeoutMs = 8000): Promise<Visit> {
    const heard = {
      clicked: [] as string[],
      typed: [] as string[],
      sent: [] as string[],
      dismissed: [] as string[],
    };
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
      const answer = ({
        status = 200,
        type = 'application/json',
        headers = {},
        body: given,
        isCut,
      }: Answer) =>
        isCut
          ? request.socket.destroy()
          : response
              .writeHead(status, { 'content-type': type, ...headers })
              .end(typeof given === 'string' ? given : JSON.stringify(given));
      if (pathname === '/heard') {
        const { clicked, typed } = JSON.parse(body) as { clicked?: string; typed?: string };
        if (clicked !== undefined) heard.clicked.push(clicked);
        if (typed !== undefined && heard.typed.at(-1) !== typed) heard.typed.push(typed);
        return answer({ body: {} });
      }
      const other = look.others?.[pathname];
      if (other !== undefined) return answer(other);
      const name = pathname.split('/api/')[1] as StepName | undefined;
      if (name !== undefined && name in STEPS) {
        heard.sent.push(name);
        return answer(look.answers?.[name] ?? { body: ACCEPTED[name] });
      }
      return answer(look.page ?? { type: 'text/html', body: pageOf(look) });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await using _closing = {
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    let otpIntervalMs: number | null = null;
    const listener = {
      onStep: async () => undefined,
      awaitOtpRequest: async () => undefined,
      beforeOtpRequest: async () => undefined,
      awaitTimeStep: async () => undefined,
      takeOtp: async () => codeAt(credentials.totp, new Date()),
      beforePin: async () => undefined,
      onSubmitted: () => undefined,
      onOtpInterval: async (milliseconds: number) => {
        otpIntervalMs = milliseconds;
      },
      onDismissal: async (label: string) => void heard.dismissed.push(label),
      onCaptcha: async () => undefined,
    };
    const request = {
      dialogUrl: `${url}/v2/login/authorization/dialog?client_id=look-app`,
      redirectUri: REDIRECT_URI,
      state: STATE,
      credentials,
      stepTimeoutMs,
      captchaWaitMs: 0,
      now: () => new Date(),
      signal: new AbortController().signal,
    };
    await using session = await this.#browser.openSession();
    const end = await session.logIn(request, listener).then(
      (code) => ({ end: code.reveal() === 'a1b2c3' ? 'CODE' : 'NOTHING', message: '', restMs: null }),
      (error: unknown) => {
        if (!(error instanceof LoginFailure)) throw error;
        return { end: error.code, message: error.message, restMs: error.restMs };
      },
    );
    return { ...end, otpIntervalMs, ...heard };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser[Symbol.asyncDispose]();
  }
}

/** The whole document of a look. */
export const pageOf = ({
  views,
  script: own = '',
}: Pick<Look, 'views' | 'script'>): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Login</title><link rel="icon" href="data:,"></head><body>
<main id="view"></main><div id="toast" role="alert" hidden></div>
${views.map((html) => `<template>${html}</template>`).join('\n')}
<script>${own}</script><script>${script(`${REDIRECT_URI}?code=a1b2c3&state=${STATE}`)}</script></body></html>`;
