import { setTimeout as delay } from 'node:timers/promises';
import { BrokerBrowser } from '../../../../src/broker/chromium/broker-browser.ts';
import type { LoginListener, LoginRequest } from '../../../../src/broker/login/login-request.ts';
import { seededRandom } from '../../../../src/domain/readiness/random-source.ts';
import type { Secret } from '../../../../src/domain/secret.ts';
import { codeFor } from './timed-broker.ts';

/** Of the time that a login takes, what passes before each step. */
const SHARES = { DIALOG: 0.3, MOBILE: 0.2, OTP: 0.2, PIN: 0.3 };
/** How far the logarithms of the times are spread. */
const SPREAD = 0.25;

/**
 * Stands where Chromium stands, and takes a seeded time for each login around a median. It takes every step that a login of the
 * broker takes, so that everything is written down that a login writes down. `onLogin` is told how long each took, in ms.
 */
export const installTimedBrowser = (medianMs: number, seed: number, onLogin: (ms: number) => void): void => {
  const random = seededRandom(seed);
  const draw = (): number => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return medianMs * Math.exp(SPREAD * normal);
  };
  const openSession = async () => {
    let isOpen = true;
    let isKnown = false;
    return {
      get isOpen() {
        return isOpen;
      },
      logIn: async (request: LoginRequest, listener: LoginListener): Promise<Secret> => {
        const begun = performance.now();
        const code = await logIn(draw(), request, listener, isKnown);
        isKnown = true;
        onLogin(performance.now() - begun);
        return code;
      },
      [Symbol.asyncDispose]: async () => {
        isOpen = false;
      },
    };
  };
  const browser = { isAlive: true, openSession, [Symbol.asyncDispose]: async () => undefined };
  BrokerBrowser.launch = async () => browser as unknown as BrokerBrowser;
};

/** The broker remembers the first factor of a session: its further logins want the PIN alone. */
const logIn = async (
  milliseconds: number,
  { dialogUrl, signal }: LoginRequest,
  listener: LoginListener,
  isKnown: boolean,
): Promise<Secret> => {
  const pass = (share: number) => delay(share * milliseconds, undefined, { signal });
  await listener.onStep('DIALOG');
  await pass(SHARES.DIALOG);
  if (!isKnown) {
    await listener.onStep('MOBILE');
    await listener.awaitOtpRequest(false);
    await listener.beforeOtpRequest();
    listener.onSubmitted('MOBILE');
    await pass(SHARES.MOBILE);
    await listener.onStep('OTP');
    do await listener.awaitTimeStep();
    while ((await listener.takeOtp()) === null);
    listener.onSubmitted('OTP');
    await pass(SHARES.OTP);
  }
  await listener.onStep('PIN');
  await listener.beforePin();
  listener.onSubmitted('PIN');
  await pass(SHARES.PIN);
  await listener.onStep('REDIRECT');
  return codeFor(new URL(dialogUrl).searchParams.get('client_id') ?? '');
};
