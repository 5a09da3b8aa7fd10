import { createGuardrails, generateSync } from 'otplib';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';

export interface ServiceAnswer {
  readonly success: boolean;
  readonly data?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}

export const generatePath = '/login/open/v6/auth/1fa/otp/generate';
export const verifyPath = '/login/open/v4/auth/1fa/otp-totp/verify';

/** A browser context without a browser: remembers cookies and sends what the login page would. */
export class Visitor {
  readonly #simulator: Simulator;
  readonly #now: () => number;
  readonly #cookies = new Map<string, string>();
  #page = new URL('http://127.0.0.1');

  constructor(simulator: Simulator, now: () => number = stillClock.now) {
    this.#simulator = simulator;
    this.#now = now;
  }

  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...Object.fromEntries(new Headers(init.headers)), cookie };
    const response = await fetch(new URL(path, this.#simulator.url), {
      ...init,
      headers,
      redirect: 'manual',
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      this.#cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return response;
  }

  dialog(query: Record<string, string>): Promise<Response> {
    return this.request(`/v2/login/authorization/dialog?${new URLSearchParams(query)}`);
  }

  /** Goes through the dialog of one app and opens the login page. */
  async open(index: number, state?: string): Promise<string> {
    const { clientId, redirectUri } = this.#app(index);
    const answer = await this.dialog({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      ...(state === undefined ? {} : { state }),
    });
    this.#page = new URL(answer.headers.get('location') ?? '');
    const page = await this.request(this.#page.href);
    return page.text();
  }

  async post(path: string, data: unknown): Promise<ServiceAnswer> {
    const response = await this.request(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-request-id': this.#page.searchParams.get('request_id') ?? '',
      },
      body: JSON.stringify({ data }),
    });
    return (await response.json()) as ServiceAnswer;
  }

  generateOtp(mobileNumber = this.#simulator.account.mobileNumber): Promise<ServiceAnswer> {
    return this.post(generatePath, { mobileNumber, userId: '' });
  }

  async verifyOtp(generated: ServiceAnswer, otp = this.otp()): Promise<ServiceAnswer> {
    return this.post(verifyPath, { otp, validateOtpToken: generated.data?.validateOTPToken });
  }

  enterPin(pin = this.#simulator.account.pin): Promise<ServiceAnswer> {
    const query = this.#query(['client_id', 'redirect_uri']);
    const inputText = Buffer.from(pin).toString('base64');
    return this.post(`/login/open/v3/auth/2fa?${query}`, { twoFAMethod: 'SECRET_PIN', inputText });
  }

  authorize(): Promise<ServiceAnswer> {
    const query = this.#query(['client_id', 'redirect_uri']);
    query.set('requestId', this.#page.searchParams.get('request_id') ?? '');
    query.set('response_type', 'code');
    return this.post(`/login/v2/oauth/authorize?${query}`, { userOAuthApproval: true });
  }

  /** The whole way from the dialog to the redirect. */
  async login(index = 0, state?: string): Promise<URL> {
    await this.open(index, state);
    await this.verifyOtp(await this.generateOtp());
    await this.enterPin();
    const authorized = await this.authorize();
    return new URL(String(authorized.data?.redirectUri));
  }

  async exchange(code: string, index = 0, changes: Record<string, string> = {}): Promise<Response> {
    const { clientId, clientSecret, redirectUri } = this.#app(index);
    const fields = { code, client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri };
    return this.request('/v2/login/authorization/token', {
      method: 'POST',
      body: new URLSearchParams({ ...fields, grant_type: 'authorization_code', ...changes }),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  }

  profile(accessToken: string, signal?: AbortSignal): Promise<Response> {
    const headers = { authorization: `Bearer ${accessToken}`, accept: 'application/json' };
    return this.request('/v2/user/profile', { headers, ...(signal ? { signal } : {}) });
  }

  otp(at = this.#now()): string {
    const { totpSecret, totpPeriodSeconds } = this.#simulator.account;
    return generateSync({
      secret: totpSecret,
      period: totpPeriodSeconds,
      epoch: Math.floor(at / 1000),
      guardrails: createGuardrails({ MIN_SECRET_BYTES: 10 }),
    });
  }

  #app(index: number) {
    const app = this.#simulator.apps[index];
    if (app === undefined) throw new Error(`No app ${index}`);
    return app;
  }

  #query(names: readonly string[]): URLSearchParams {
    return new URLSearchParams(names.map((name) => [name, this.#page.searchParams.get(name) ?? '']));
  }
}

/** A clock turned by hand, begun on a Sunday at 08:00 in India. */
export function handClock(start = Date.UTC(2026, 10, 22, 2, 30, 5)) {
  const clock = {
    time: start,
    now: () => clock.time,
    turn: (seconds: number) => (clock.time += seconds * 1000),
  };
  return clock;
}

const stillClock = handClock();

/** A simulator whose clock stands still unless told otherwise: no OTP goes stale between two lines of a test. */
export function startStill(options: SimulatorOptions = {}): Promise<Simulator> {
  return startSimulator({ now: stillClock.now, ...options });
}

/** What an error envelope says: `[status, code]`. */
export async function refusalOf(response: Response): Promise<[number, string]> {
  const body = (await response.json()) as { errors: { errorCode: string }[] };
  return [response.status, body.errors[0]?.errorCode ?? ''];
}
