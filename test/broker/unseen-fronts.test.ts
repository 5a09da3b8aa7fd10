import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawn } from '../support/repetitions.ts';
import { type Answer, type Look, Looks, later, refused, SENT, step, VIEWS } from './looks.ts';

/** Fronts of the broker that nobody has seen, and that it might have. */

let looks: Looks;
beforeAll(async () => {
  looks = await Looks.open();
});
afterAll(() => looks[Symbol.asyncDispose]());

const [MOBILE, OTP, PIN] = VIEWS;
const MINUTE = 60_000;
const html = (status: number, text: string, headers: Record<string, string> = {}): Answer => ({
  status,
  type: 'text/html',
  headers,
  body: `<!doctype html><title>x</title><h1>${text}</h1>`,
});
const httpDate = (minutes: number) => new Date(Date.now() + minutes * MINUTE).toUTCString();

describe('the broker asks for a rest', () => {
  test.concurrent.each(
    drawn<[string, Partial<Look>, number]>(
      [
        [
          'OTP request, 429, a date',
          { answers: { MOBILE: { status: 429, headers: { 'retry-after': httpDate(30) }, body: '' } } },
          29,
        ],
        [
          'OTP request, 503, seconds',
          { answers: { MOBILE: { status: 503, headers: { 'retry-after': '3600' }, body: '' } } },
          60,
        ],
        [
          'OTP request, 429, in JSON',
          { answers: { MOBILE: { status: 429, body: { message: 'Too many requests', retryAfter: 1800 } } } },
          30,
        ],
        [
          'OTP request, 429, in words',
          {
            answers: {
              MOBILE: { status: 429, body: { message: 'Too many requests. Try again in 2 hours.' } },
            },
          },
          120,
        ],
        [
          'OTP request, an error that is a text',
          {
            answers: {
              MOBILE: { body: { success: false, error: 'Too many requests. Try again in 2 hours.' } },
            },
          },
          120,
        ],
        [
          'OTP request, an error in other words',
          {
            answers: {
              MOBILE: {
                body: {
                  success: false,
                  error: { errorCode: 7, errorMessage: 'Too many requests. Try again in 2 hours.' },
                },
              },
            },
          },
          120,
        ],
        [
          'OTP request, errors in a list',
          {
            answers: {
              MOBILE: {
                body: { success: false, errors: [{ code: 'X', message: 'Try again after 2 hours' }] },
              },
            },
          },
          120,
        ],
        [
          'OTP request, blocked for',
          { answers: { MOBILE: refused('OTP generation is blocked for 30 minutes') } },
          30,
        ],
        [
          'PIN, 429, seconds',
          { answers: { PIN: { status: 429, headers: { 'retry-after': '1800' }, body: '' } } },
          30,
        ],
        [
          'PIN, 429, in words',
          { answers: { PIN: { status: 429, body: { message: 'Too many logins. Try again in 2 hours.' } } } },
          120,
        ],
        ['page, 429, seconds', { page: html(429, 'Too many requests', { 'retry-after': '1800' }) }, 30],
        ['page, 503, seconds', { page: html(503, 'Sorry', { 'retry-after': '3600' }) }, 60],
        [
          'page, 429, in words',
          { page: html(429, 'You are being rate limited. Try again in 2 hours.') },
          120,
        ],
        [
          'toast after a PIN that was accepted',
          {
            script: later(
              `const next = login.next; let n = 2; login.next = () => { if (n-- > 0) next(); else login.toast('Too many logins today. Try again after 2 hours.'); };`,
            ),
          },
          120,
        ],
      ],
      4,
    ),
  )(
    '%s: it is kept',
    async (_what, look, minutes) => {
      const visit = await looks.visit({ views: VIEWS, ...look }, 2500);
      expect(visit.end).not.toBe('CODE');
      expect((visit.restMs ?? 0) / MINUTE, `${visit.end} ${visit.message}`).toBeGreaterThanOrEqual(minutes);
    },
    60_000,
  );
});

describe('a lock is said', () => {
  const afterPin = (what: string) =>
    later(
      `const next = login.next; let n = 2; login.next = () => { if (n-- > 0) next(); else { ${what} } };`,
    );
  test.concurrent.each(
    drawn<[string, Partial<Look>]>(
      [
        [
          'in a toast after a PIN that was accepted',
          { script: afterPin(`login.toast('Your account has been locked. Contact support.');`) },
        ],
        [
          'with a code after a PIN that was accepted',
          { script: afterPin(`login.toast('Locked [1017090]');`) },
        ],
        [
          'with a button after a PIN that was accepted',
          { script: afterPin(`document.querySelector('#pinContinueBtn').textContent = 'Unlock account';`) },
        ],
        [
          'beside a spinner',
          {
            views: [
              MOBILE,
              OTP,
              PIN,
              '<h1>Approve this login on your phone</h1><p>We have sent a request to your registered device.</p><div class="spinner" style="width:20px;height:20px"></div>',
            ],
          },
        ],
        [
          'as another session, beside a spinner',
          {
            views: [
              MOBILE,
              OTP,
              PIN,
              '<h1>You are logged in on another device</h1><p>Waiting for the other session to end</p><div role="progressbar" style="width:20px;height:20px"></div>',
            ],
          },
        ],
      ],
      2,
    ),
  )(
    '%s: the run is not resumed by itself',
    async (_what, look) => {
      const visit = await looks.visit({ views: VIEWS, ...look }, 2500);
      expect(['CREDENTIALS_REJECTED', 'ACTION_REQUIRED', 'PAGE_CHANGED'], visit.message).toContain(visit.end);
    },
    60_000,
  );
});

describe('the PIN is not to blame', () => {
  test.concurrent.each(
    drawn<[string, Answer]>(
      [
        ['session expired', refused('Your session has expired. Please log in again.', 'X1')],
        ['something went wrong', refused('Something went wrong. Please try again later.', 'X2')],
        ['technical error', refused('Technical error', 'X3')],
        ['no route', { status: 404, body: { message: 'no Route matched with those values' } }],
        ['method', { status: 405, body: { message: 'Method Not Allowed' } }],
        ['timeout', { status: 408, body: { message: 'Request Timeout' } }],
        ['csrf', { status: 403, body: { message: 'CSRF token mismatch' } }],
        ['another device', { status: 409, body: { message: 'You are logged in on another device' } }],
        ['expired', refused('Your PIN has expired. Please set a new PIN.', 'X4')],
        ['kyc', refused('Please complete re-KYC to continue', 'X5')],
        ['terms', refused('Accept the updated terms and conditions to continue', 'X6')],
        ['device', refused('This device is not registered. Approve it in the app.', 'X7')],
        ['dormant', refused('Your account is dormant', 'X8')],
        ['maintenance in a text', { body: { success: false, error: 'We are under maintenance' } }],
        ['limit in a text', { body: { success: false, error: 'Too many attempts. Try again in 2 hours.' } }],
        [
          'could not verify',
          refused('Your PIN could not be verified right now. Please try again later.', 'Y1'),
        ],
        ['version', refused('This version is outdated', 1017072)],
        ['market closed', refused('Login is closed from 12 AM to 3 AM', 'X9')],
      ],
      5,
    ),
  )(
    '%s',
    async (_what, answer) => {
      const visit = await looks.visit({ views: VIEWS, answers: { PIN: answer } }, 2500);
      expect(visit.sent).toEqual(SENT);
      expect(visit.end, visit.message).not.toBe('CREDENTIALS_REJECTED');
    },
    60_000,
  );
});

describe('one attempt is left', () => {
  test.concurrent.each(
    drawn(
      [
        'Attempts left: 1',
        'Attempts remaining: 1/5',
        '1 try left',
        'Only one chance left',
        'You have only 1 attempt to go',
        'Your account will be locked after the next wrong PIN',
        'One more wrong PIN will lock your account.',
        'You have entered a wrong PIN 4 times. Your account will be locked at the fifth.',
        '4 of 5 attempts used',
        '4 failed attempts',
      ],
      3,
    ),
  )(
    '%s',
    async (text) => {
      const visit = await looks.visit(
        { views: [MOBILE, OTP, step('PIN', { before: `<p>${text}</p>` })] },
        2500,
      );
      expect(visit.sent).toEqual(['MOBILE', 'OTP']);
    },
    60_000,
  );
});

describe('a CAPTCHA', () => {
  test.concurrent.each(
    drawn(
      [
        [
          'Arkose',
          '<iframe width="300" height="200" src="https://client-api.arkoselabs.com/fc/gc/?token=1" title="Verification challenge"></iframe>',
        ],
        [
          'DataDome',
          '<iframe width="300" height="200" src="https://geo.captcha-delivery.com/captcha/?initialCid=1"></iframe>',
        ],
        [
          'GeeTest',
          '<div class="geetest_panel" style="width:300px;height:80px">Drag the slider to fit the puzzle piece</div>',
        ],
        [
          'PerimeterX',
          '<div id="px-captcha" style="width:300px;height:80px">Press & Hold to confirm you are a human (and not a bot).</div>',
        ],
        [
          'AWS',
          '<awswaf-captcha style="display:block;width:300px;height:80px"><p>Let us confirm you are human</p></awswaf-captcha>',
        ],
        [
          'ALTCHA',
          '<altcha-widget style="display:block"><label><input type="checkbox"> I\'m not a robot</label></altcha-widget>',
        ],
        [
          'Friendly',
          '<div class="frc-captcha" style="width:300px;height:60px">Anti-Robot Verification. Click to start verification</div>',
        ],
        ['slider', '<div class="slide-verify" style="width:300px;height:80px">Slide to verify</div>'],
        ['words', '<p>Are you human? Tick all pictures with a bus.</p>'],
        ['sum', '<label>Security check: what is 3 + 4? <input id="sum"></label>'],
        ['letters', '<label>Type the letters you see <input id="letters"></label>'],
      ],
      4,
    ),
  )(
    '%s is left alone, and nothing is typed beside it',
    async (_what, widget) => {
      const visit = await looks.visit({ views: [step('MOBILE', { beside: widget }), OTP, PIN] }, 2500);
      expect([visit.sent, visit.typed]).toEqual([[], []]);
      expect(visit.end, visit.message).toMatch(/CAPTCHA|ACTION_REQUIRED/);
    },
    60_000,
  );
});

describe('the PIN is to blame, or may be', () => {
  test.concurrent.each(
    drawn<[string, Answer]>(
      [
        ['not accepted', refused('The PIN was not accepted', 'Z1')],
        ['not verified', refused('PIN could not be verified', 'Z2')],
        ['not authorised', refused('Authorisation failed', 'Z3')],
        ['locked', refused('We have locked your account.', 'Z4')],
        [
          'restricted',
          refused('Access to your account has been restricted due to multiple failed attempts', 'Z5'),
        ],
        ['text', { body: { success: false, error: 'Incorrect PIN' } }],
      ],
      3,
    ),
  )(
    '%s: nothing goes on by itself',
    async (_what, answer) => {
      const visit = await looks.visit({ views: VIEWS, answers: { PIN: answer } }, 2500);
      expect(visit.end, visit.message).toBe('CREDENTIALS_REJECTED');
    },
    60_000,
  );
});
