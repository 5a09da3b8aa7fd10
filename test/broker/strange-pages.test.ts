import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Knobs } from '../../src/simulator/scenarios.ts';
import { inEachStep, type Outcome, Stranger } from './stranger.ts';

/** Nobody has written down how the broker's page takes what is typed into it, and it changes. These are ways that pages have. */

const IS_FULL = "input.value.replace(/\\D/g, '').length === (input.id === 'mobileNum' ? 10 : 6)";

let stranger: Stranger;
beforeAll(async () => {
  stranger = await Stranger.arrive();
});
afterAll(() => stranger[Symbol.asyncDispose]());

const logIn = (knobs: Partial<Knobs>, stepTimeoutMs: number): Promise<Outcome> =>
  stranger.logIn({ knobs, stepTimeoutMs });

test.concurrent.each([
  [
    'sends by itself when the last digit is typed',
    `input.addEventListener('input', () => { if (${IS_FULL}) form.requestSubmit(); });`,
  ],
  [
    'takes the field away when the last digit is typed',
    `input.addEventListener('input', () => { if (${IS_FULL}) { form.requestSubmit(); input.remove(); } });`,
  ],
  ['has no button that is seen, and wants the Enter key', `button.style.display = 'none';`],
  [
    'unlocks its button when the field is left',
    `
    input.addEventListener('input', () => { button.disabled = true; });
    input.addEventListener('blur', () => { button.disabled = false; });`,
  ],
  [
    'has a button that never stands still',
    `
    button.animate([{ transform: 'translateX(-300px)' }, { transform: 'translateX(300px)' }], { duration: 300, iterations: Infinity });`,
  ],
  [
    'lies under something that takes every click',
    `
    const veil = document.createElement('div');
    veil.style = 'position: fixed; inset: 0; z-index: 9';
    document.body.append(veil);`,
  ],
  [
    'keeps a field read-only until it is entered',
    `
    input.readOnly = true;
    input.addEventListener('focus', () => { setTimeout(() => { input.readOnly = false; }, 50); });`,
  ],
  [
    'takes one key at a time and nothing that is pasted',
    `
    input.addEventListener('beforeinput', (event) => { if (event.data !== null && event.data.length > 1) event.preventDefault(); });`,
  ],
  [
    'groups the digits while one types',
    `
    input.maxLength = 20;
    if (input.id === 'otpNum') input.addEventListener('input', () => { input.value = input.value.replace(/\\D/g, '').replace(/(...)(?=.)/g, '$1 '); });`,
  ],
  [
    'sends everything twice',
    `
    const once = post;
    if (!window.isTwice) post = (...given) => { const answer = once(...given); void once(...given); return answer; };
    window.isTwice = true;`,
  ],
  [
    'greets with a box that has to be closed',
    `if (input.id === 'mobileNum') setTimeout(() => alert('Welcome back to trading'), 100);`,
  ],
  [
    'asks whether other sessions should end',
    `if (input.id === 'otpNum') setTimeout(() => { if (confirm('Log out everywhere else?')) location.assign('/login/elsewhere'); }, 100);`,
  ],
  [
    'carries the badge of reCAPTCHA',
    `
    const badge = document.createElement('div');
    badge.className = 'grecaptcha-badge';
    badge.innerHTML = '<iframe srcdoc="<p>badge</p>" src="https://www.google.com/recaptcha/api2/anchor" width="256" height="60"></iframe>';
    if (!document.querySelector('.grecaptcha-badge')) document.body.append(badge);`,
  ],
  [
    'counts attempts in a box before one was made',
    `if (input.id === 'otpNum') setTimeout(() => alert('You have 2 attempts left'), 0);`,
  ],
  ['has something in its field already', `input.value = '12'; input.dispatchEvent(new Event('input'));`],
  [
    'shows each step a while after the one before',
    `
    const own = form.style.display;
    form.style.display = 'none';
    setTimeout(() => { form.style.display = own; }, 900);`,
  ],
])(
  'a page that %s is logged in to, and each secret leaves once',
  async (_what, habit) => {
    expect(await logIn({ pageScript: inEachStep(habit) }, 8000)).toMatchObject({
      end: 'CODE',
      message: '',
      sent: [1, 1, 1],
    });
  },
  60_000,
);

test.concurrent.each([
  [
    'a form',
    `const form = document.createElement('form');
    const address = new URL(to);
    form.action = address.origin + address.pathname;
    for (const [name, value] of address.searchParams) form.append(Object.assign(document.createElement('input'), { name, value }));
    document.body.append(form);
    form.submit();`,
  ],
  [
    'a tag of its head',
    `document.head.append(Object.assign(document.createElement('meta'), { httpEquiv: 'refresh', content: '0; url=' + to }));`,
  ],
  [
    'a link that it presses itself',
    `document.body.append(Object.assign(document.createElement('a'), { href: to, id: 'go' })); document.getElementById('go').click();`,
  ],
  ['a window of its own', `window.open(to);`],
  [
    'an address that takes the place of this one, after a while',
    `setTimeout(() => location.replace(to), 800);`,
  ],
])(
  'a page that goes to the redirect by %s is followed',
  async (_how, go) => {
    const pageScript = `authorize = async () => {
    const answer = await send('/login/v2/oauth/authorize', { userOAuthApproval: true },
      { client_id: config.clientId, redirect_uri: config.redirectUri, requestId: config.requestId, response_type: 'code' });
    const to = answer.redirectUri;
    ${go}
  };`;
    expect(await logIn({ pageScript }, 8000)).toMatchObject({ end: 'CODE', message: '', sent: [1, 1, 1] });
  },
  60_000,
);

test.each<[string, Partial<Knobs>, string, RegExp, readonly number[]]>([
  [
    'takes no keys',
    { pageScript: inEachStep(`input.addEventListener('input', () => { input.value = ''; });`) },
    'PAGE_CHANGED',
    /MOBILE field did not take what was typed/,
    [0, 0, 0],
  ],
  [
    'never unlocks its button',
    { pageScript: inEachStep(`input.addEventListener('input', () => { button.disabled = true; });`) },
    'PAGE_CHANGED',
    /button of the MOBILE step stayed locked/,
    [0, 0, 0],
  ],
  [
    'refuses the OTP without a word and asks for it again',
    { refusedSteps: { OTP_VERIFY: 'LOGIN_SESSION_LOST' }, pageScript: `fail = () => show('OTP');` },
    'CREDENTIALS_REJECTED',
    /took the OTP and went on asking for it/,
    [1, 1, 0],
  ],
  [
    'refuses the PIN without a word and asks for it again',
    { refusedSteps: { PIN: 'LOGIN_SESSION_LOST' }, pageScript: `fail = () => show('PIN');` },
    'CREDENTIALS_REJECTED',
    /took the PIN and went on asking for it/,
    [1, 1, 1],
  ],
  [
    'accepts the OTP and shows its field again',
    { pageScript: `steps.PIN = () => show('OTP');` },
    'PAGE_CHANGED',
    /“Verify your number”.*no step of the login/,
    [1, 1, 0],
  ],
  [
    'accepts the PIN and shows its field again',
    { pageScript: `authorize = () => show('PIN');` },
    'THROTTLED',
    /no redirect followed/,
    [1, 1, 1],
  ],
  [
    'goes nowhere after the PIN',
    { hangingSteps: ['AUTHORIZE'] },
    'THROTTLED',
    /no redirect followed/,
    [1, 1, 1],
  ],
  [
    'does not answer to the PIN',
    { hangingSteps: ['PIN'] },
    'BROKER_UNREACHABLE',
    /did not answer what was sent/,
    [1, 1, 1],
  ],
  [
    'locks the OTP field',
    { pageScript: inEachStep(`if (input.id === 'otpNum') input.disabled = true;`) },
    'THROTTLED',
    /locked the OTP field/,
    [1, 0, 0],
  ],
  [
    'is empty',
    { pageScript: `document.body.replaceChildren();` },
    'PAGE_CHANGED',
    /shows nothing that is known. Nothing was typed/,
    [0, 0, 0],
  ],
])(
  'a page that %s ends the login in words',
  async (_what, knobs, end, message, sent) => {
    expect(await logIn(knobs, 2000)).toMatchObject({ end, message: expect.stringMatching(message), sent });
  },
  60_000,
);

test.concurrent.each([
  ['reCAPTCHA', `<div class="g-recaptcha">I am here</div>`],
  [
    'hCaptcha',
    `<iframe srcdoc="<p>pick the boats</p>" src="https://newassets.hcaptcha.com/captcha/v1/x"></iframe>`,
  ],
  ['a picture', `<img alt="captcha" width="80" height="30" src="data:,">`],
  ['a field for what a picture shows', `<input name="userCaptcha">`],
  ['words', `<p>Please confirm that you are not a robot</p>`],
])(
  'a CAPTCHA that is %s is left alone',
  async (_what, html) => {
    const habit = `if (input.id === 'mobileNum') form.insertAdjacentHTML('beforeend', ${JSON.stringify(html)});`;
    const { end, sent } = await logIn({ pageScript: inEachStep(habit) }, 4000);
    expect([end, sent]).toEqual(['CAPTCHA', [0, 0, 0]]);
  },
  60_000,
);
