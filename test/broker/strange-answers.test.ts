import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answers } from './front.ts';
import { inEachStep, Stranger } from './stranger.ts';

/** The broker's answers are known from public logs alone, so a refusal may come in any words. Here are some that it might choose. */

let stranger: Stranger;
beforeAll(async () => {
  stranger = await Stranger.arrive();
});
afterAll(() => stranger[Symbol.asyncDispose]());

const OTP = '/otp-totp/verify';
const PIN = '/auth/2fa';
const AUTHORIZE = '/oauth/authorize';

const json = (status: number, body: unknown) => ({ status, body: JSON.stringify(body) });
const html = (status: number, text: string) => ({
  status,
  type: 'text/html',
  body: `<!doctype html><p>${text}</p>`,
});
const ok = json(200, { success: true, data: {} });

/** The PIN is sent by a form of the old kind: the answer is the next page. */
const PIN_FORM = inEachStep(`
  if (input.id === 'pinCode') {
    const old = form.cloneNode(true);
    Object.assign(old, { method: 'post', action: '/login/open/v3/auth/2fa', noValidate: true });
    old.querySelector('input').name = 'pin';
    old.querySelector('[type=submit]').disabled = false;
    form.replaceWith(old);
    seen.add(old);
  }`);

test.concurrent.each<[string, Answers, string, string, readonly number[]]>([
  [
    'a PIN with 403 and an envelope of another kind',
    [[PIN, json(403, { status: 'error', errors: [{ message: 'Incorrect PIN' }] })]],
    '',
    'CREDENTIALS_REJECTED',
    [1, 1, 1],
  ],
  [
    'a PIN in words that nobody knows',
    [[PIN, json(200, { success: false, error: { code: 'X1', message: 'That was not it' } })]],
    '',
    'CREDENTIALS_REJECTED',
    [1, 1, 1],
  ],
  [
    'a PIN with a code of its own that nobody knows',
    [[PIN, json(200, { success: false, error: { code: 1017123, message: 'That was not it' } })]],
    '',
    'CREDENTIALS_REJECTED',
    [1, 1, 1],
  ],
  [
    'a PIN, because the account is locked',
    [[PIN, json(200, { success: false, error: { code: 'X2', message: 'Your account is locked.' } })]],
    '',
    'CREDENTIALS_REJECTED',
    [1, 1, 1],
  ],
  [
    'a PIN in a box, with a code of its own',
    [[PIN, json(200, { success: false, error: { code: 1017123, message: 'That was not it' } })]],
    `fail = ({ message, code }) => alert(message + ' [' + code + ']');`,
    'CREDENTIALS_REJECTED',
    [1, 1, 1],
  ],
  [
    'a PIN with a page that says a code of its own',
    [[PIN, html(200, 'That was not it [1017123]')]],
    PIN_FORM,
    'CREDENTIALS_REJECTED',
    [1, 1, 1],
  ],
  ['an OTP without a word', [[OTP, json(422, {})]], '', 'CREDENTIALS_REJECTED', [1, 1, 0]],
  [
    'an OTP in a plain text',
    [[OTP, { status: 400, type: 'text/plain', body: 'The TOTP does not match' }]],
    '',
    'CREDENTIALS_REJECTED',
    [1, 1, 0],
  ],
  [
    'a PIN with a page of status 403',
    [[PIN, html(403, 'Incorrect PIN. You have 4 attempts left.')]],
    PIN_FORM,
    'CREDENTIALS_REJECTED',
    [1, 1, 1],
  ],
  [
    'nothing: its gateway is down when the PIN comes',
    [[PIN, html(502, 'Bad gateway')]],
    PIN_FORM,
    'BROKER_UNREACHABLE',
    [1, 1, 1],
  ],
  ['nothing: its gateway answers the PIN', [[PIN, html(503, 'Sorry')]], '', 'BROKER_UNREACHABLE', [1, 1, 1]],
  [
    'nothing: its edge answers the PIN',
    [[PIN, json(403, { type: 'https://e.example/1020', title: 'Access is denied', status: 403 })]],
    '',
    'BROKER_UNREACHABLE',
    [1, 1, 1],
  ],
  ['a PIN, because of too many requests', [[PIN, json(429, {})]], '', 'THROTTLED', [1, 1, 1]],
])(
  'a broker that refuses %s is understood',
  async (_what, answers, pageScript, code, sent) => {
    const { end, ...outcome } = await stranger.logIn({ answers, knobs: { pageScript }, stepTimeoutMs: 5000 });
    expect([end, outcome.sent]).toEqual([code, sent]);
  },
  60_000,
);

test.concurrent('a page that asks until its answer is ready is let ask', async () => {
  const later = json(200, { success: false, error: { code: 4000001, message: 'Please wait' } });
  const pageScript = `
    const once = authorize;
    const waiting = fail;
    fail = (error) => error.code === 4000001 ? setTimeout(once, 300) : waiting(error);`;
  const answers: Answers = [[AUTHORIZE, later, later]];
  const { end, sent } = await stranger.logIn({ answers, knobs: { pageScript }, stepTimeoutMs: 8000 });
  expect([end, sent]).toEqual(['CODE', [1, 1, 1]]);
});

const SEALED = `post('/login/sealed', { of: String(Math.random()) })`;

test.concurrent.each([
  ['that the page has made unreadable', 'submit', `${SEALED};`, '/login/sealed'],
  [
    'that it has sent unreadable, by itself, and taken away',
    'input',
    `input.value = ''; ${SEALED};`,
    '/login/sealed',
  ],
  [
    'that it has sent unreadable, by itself, and left there',
    'input',
    `${SEALED}.then(() => form.remove());`,
    '/login/sealed',
  ],
  [
    'that it has sent unreadable, by itself, and is slow to say what came of it',
    'input',
    `${SEALED}.then(() => setTimeout(() => form.remove(), 400));`,
    '/login/sealed',
  ],
  [
    'that it has sent unreadable, by itself, its button locked meanwhile',
    'input',
    `button.disabled = true; ${SEALED}.then(() => { button.disabled = false; });`,
    '/login/sealed',
  ],
  ['in the address', 'submit', `fetch('/login/open/sealed?pin=' + input.value);`, '/login/open/sealed'],
])(
  'a PIN %s is not sent twice, however long the answer takes',
  async (_what, event, send, path) => {
    const pageScript = inEachStep(`
    if (input.id === 'pinCode') form.addEventListener('${event}', (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      button.disabled = false;
      if (input.value.length === 6) { ${send} }
    }, true);`);
    const answers: Answers = [[path, { ...ok, afterMs: 5000 }]];
    const { end, asked } = await stranger.logIn({ answers, knobs: { pageScript }, stepTimeoutMs: 7000 });
    expect(asked.filter((each) => each === path || each.endsWith(PIN))).toEqual([path]);
    expect(['BROKER_UNREACHABLE', 'THROTTLED']).toContain(end);
  },
  60_000,
);

test.concurrent.each([
  ['', ''],
  [
    ', and whose button lies under something',
    `const veil = document.createElement('div'); veil.style = 'position: fixed; inset: 0; z-index: 9'; document.body.append(veil);`,
  ],
  [', and that wants the Enter key', `button.style.display = 'none';`],
])(
  'a page that reports every keystroke and click%s is logged in to all the same',
  async (_what, habit) => {
    const pageScript = inEachStep(`
    const report = () => fetch('/login/telemetry', { method: 'POST', body: JSON.stringify({ at: Math.random(), of: 'something' }) });
    input.addEventListener('input', report);
    button.addEventListener('click', report);
    ${habit}`);
    const answers: Answers = [
      ['/login/telemetry', ...Array.from({ length: 60 }, () => ({ ...ok, afterMs: 300 }))],
    ];
    const { end, sent } = await stranger.logIn({ answers, knobs: { pageScript }, stepTimeoutMs: 8000 });
    expect([end, sent]).toEqual(['CODE', [1, 1, 1]]);
  },
  60_000,
);

test.concurrent('a challenge of the edge is a CAPTCHA, whatever its page shows', async () => {
  const challenge = { ...html(403, 'Just a moment...'), headers: { 'cf-mitigated': 'challenge' } };
  const answers: Answers = [['/authorization/dialog', challenge, challenge]];
  const { end, sent } = await stranger.logIn({ answers, stepTimeoutMs: 4000 });
  expect([end, sent]).toEqual(['CAPTCHA', [0, 0, 0]]);
});

test.concurrent('what a stranger does with the number decides nothing', async () => {
  const pageScript = inEachStep(`
    form.addEventListener('submit', () => fetch('http://localhost:9/collect', { method: 'POST', body: 'phone=' + input.value }).catch(() => undefined));`);
  const { end, sent } = await stranger.logIn({ knobs: { pageScript }, stepTimeoutMs: 8000 });
  expect([end, sent]).toEqual(['CODE', [1, 1, 1]]);
});

test.concurrent('help for those whose account is locked locks nobody out', async () => {
  const pageScript = inEachStep(
    `form.insertAdjacentHTML('beforeend', '<p>If your account has been locked, tap here. Once your account is blocked, call us.</p>');`,
  );
  const { end } = await stranger.logIn({ knobs: { pageScript }, stepTimeoutMs: 8000 });
  expect(end).toBe('CODE');
});
