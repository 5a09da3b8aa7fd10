import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawn } from '../support/repetitions.ts';
import { type Look, Looks, later, refused, SENT, type StepLook, step, VIEWS } from './looks.ts';

/** Pages beside which a person would not type, or would type without a thought. */

let looks: Looks;
beforeAll(async () => {
  looks = await Looks.open();
});
afterAll(() => looks[Symbol.asyncDispose]());

const [MOBILE, OTP, PIN] = VIEWS;
const pinOf = (look: StepLook): Look => ({ views: [MOBILE, OTP, step('PIN', look)] });
const beside = (html: string): Look => ({ views: [step('MOBILE', { beside: html }), OTP, PIN] });
const inEach = (habit: string): string => `window.meet = (view) => {
  const form = view.querySelector('form'); const input = form?.querySelector('input'); if (input) { ${habit} } };`;
const ticked = (text: string) => pinOf({ beside: `<label><input type="checkbox" checked> ${text}</label>` });
const boxes = (count: number, id: string) =>
  `<div id="${id}">${'<input inputmode="numeric" style="width: 2em" maxlength="1">'.repeat(count)}</div>`;
const ADVANCE = inEach(`const all = [...form.querySelectorAll('input')];
  if (all.length > 1) all.forEach((box, index) => box.addEventListener('input', () => {
    if (box.value) all[index + 1]?.focus();
    if (all.every((one) => one.value)) form.requestSubmit(); }));`);
const PICTURE =
  'src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7" width="160" height="30"';
const OVER = 'position:fixed;inset:0;width:100%;height:100%;background:white;border:0';

describe('no PIN is typed', () => {
  test.concurrent.each(
    drawn<[string, Look]>(
      [
        ...[
          'Remaining attempts: 1',
          '1/5 attempts left',
          'You have 1 remaining attempt',
          '1 attempt left. Forgot your PIN?',
          'Your account will be locked if you enter a wrong PIN again.',
          '1 attempt(s) left',
          'Your account is temporarily locked until 6 PM.',
          'Logging in here will log you out of the app on your phone.',
          'Continuing will end your session on your other phone.',
          'Enter PIN to share your holdings with MoneyGrow.',
          'By continuing you authorise us to debit ₹999 per month.',
        ].map((text): [string, Look] => [`beside “${text}”`, pinOf({ before: `<p>${text}</p>` })]),
        ...[
          'Log out my other devices',
          'Trust this browser',
          'I have read and understood the risk disclosure document',
          'मैं नई शर्तों से सहमत हूँ',
          'Upgrade me to Plus (₹999 per month)',
        ].map((text): [string, Look] => [`where “${text}” is ticked`, ticked(text)]),
        ...[
          'Switch to Upstox Plus',
          'Confirm your order',
          'Unfreeze your account',
          'Time for a PIN change',
          'अपना नया पिन सेट करें',
          `<img ${PICTURE} alt="Set a new PIN">`,
        ].map((heading): [string, Look] => [`under ${heading}`, pinOf({ heading })]),
        [
          'below a banner of the last attempt',
          { views: [MOBILE, OTP, `<p>You have 1 attempt left.</p><section>${PIN}</section>`] },
        ],
        ['with a label that is a picture', pinOf({ label: `<img ${PICTURE} alt="New PIN">` })],
        ['with a button that is a picture', pinOf({ button: `<img ${PICTURE} alt="Agree and sign">` })],
        [
          'with a button that is a drawing',
          pinOf({ button: '<svg width="120" height="30" role="img"><title>Authorise DDPI</title></svg>' }),
        ],
        [
          'with a plan chosen',
          pinOf({ beside: '<label><input type="radio" name="plan" checked> Plus, ₹999 per month</label>' }),
        ],
        [
          'below a sheet of plain parts',
          {
            views: [
              MOBILE,
              OTP,
              `${PIN}<div style="${OVER}"><p>End your other session?</p><div onclick="1">Yes</div></div>`,
            ],
          },
        ],
        [
          'below a frame',
          {
            views: [
              MOBILE,
              OTP,
              `${PIN}<iframe style="${OVER}" srcdoc="<h1>We have new terms</h1>"></iframe>`,
            ],
          },
        ],
        [
          'into four boxes',
          {
            views: [MOBILE, OTP, step('PIN', { field: boxes(4, 'pinCode') })],
            script: ADVANCE,
          },
        ],
        ['into a field of four digits', pinOf({ input: 'maxlength="4" type="password"' })],
      ],
      8,
    ),
  )('%s', async (_what, look) => {
    const { sent, typed, end } = await looks.visit(look, 3000);
    expect({ end, sent, typed }).toEqual({
      end: expect.not.stringMatching(/^(?:CODE|CREDENTIALS_REJECTED|THROTTLED)$/),
      sent: ['MOBILE', 'OTP'],
      typed: ['mobileNum', 'otpNum'],
    });
  });
});

describe('nothing is typed beside', () => {
  test.concurrent.each(
    drawn<[string, Look]>(
      [
        ['“I’m not a bot”', beside('<label><input type="checkbox"> I’m not a bot</label>')],
        ['“I am not a robot”', beside('<label><input type="checkbox"> I am not a robot</label>')],
        ['a check in Hindi', beside('<label><input type="checkbox"> मैं रोबोट नहीं हूँ</label>')],
        ['a picture to rotate', beside('<p>Rotate the image until it is upright</p>')],
        ['a slider', beside('<div>Slide right to prove it is you</div>')],
        ['a puzzle', beside('<p>Drag the puzzle piece into place</p>')],
        ['a button to hold', beside('<p>To continue, press and hold the button</p>')],
        ['a frame that is named so', beside('<iframe id="tcaptcha_iframe" srcdoc="<p>drag</p>"></iframe>')],
        [
          'a check in a frame',
          beside('<iframe srcdoc="<label><input type=checkbox> Verify you are human</label>"></iframe>'),
        ],
      ],
      4,
    ),
  )('%s', async (_what, look) => {
    const { end, sent } = await looks.visit(look, 3000);
    expect({ end, sent }).toEqual({ end: 'CAPTCHA', sent: [] });
  });
});

describe('the PIN is typed into its field alone', () => {
  const thief = (how: string): Look => ({
    views: [
      MOBILE,
      OTP,
      `${PIN}<footer><textarea id="stolen" placeholder="Ask us anything"></textarea></footer>`,
    ],
    script: inEach(`if (input.id === 'pinCode') { const thief = view.querySelector('#stolen'); ${how} }`),
  });
  const BY_KEY = `input.addEventListener('beforeinput', (event) => { if (event.data?.length > 1) event.preventDefault(); });
    input.addEventListener('input', () => { if (input.value.length > 5) input.value = ''; }, { once: true });`;

  test.concurrent.each(
    drawn<[string, Look]>(
      [
        ['a task later', thief(`input.addEventListener('focus', () => setTimeout(() => thief.focus()));`)],
        [
          'a microtask later',
          thief(`input.addEventListener('focus', () => Promise.resolve().then(() => thief.focus()));`),
        ],
        ['at each key', thief(`${BY_KEY} input.addEventListener('keydown', () => thief.focus());`)],
        ['again and again', thief(`setInterval(() => thief.isConnected && thief.focus(), 30);`)],
      ],
      2,
    ),
  )('where another one takes the cursor %s', async (_when, look) => {
    const { typed, sent } = await looks.visit(look, 6000);
    expect(typed).not.toContain('stolen');
    expect(new Set(sent).size).toBe(sent.length);
  });
});

describe('a login goes on', () => {
  test.concurrent.each(
    drawn<[string, Look]>(
      [
        ['with placeholders of X', pinOf({ input: 'placeholder="XXXXXX" type="password"' })],
        [
          'with a fieldset that counts the steps',
          {
            views: VIEWS.map((view) =>
              view.replace(/<form([^>]*)>/, '<form$1><fieldset><legend>Step 1 of 3</legend>'),
            ),
          },
        ],
        ['with a hint of what is required', pinOf({ input: 'title="Please fill out this field"' })],
        ['with a button that counts', { views: [MOBILE, step('OTP', { button: 'Continue (30)' }), PIN] }],
        [
          'with an icon in the button',
          { views: [MOBILE, step('OTP', { button: 'Continue <i>arrow_forward</i>' }), PIN] },
        ],
        ['with “Show” in the label', pinOf({ label: 'Enter 6-digit PIN <span>Show</span>' })],
        ['with a harmless box ticked', ticked('Keep me logged in')],
        [
          'with a redirect whose error is empty',
          {
            views: VIEWS,
            script: later(`const next = login.next; let steps = 0; login.next = () => { steps += 1;
              if (steps < 3) return next();
              location.assign('https://desk.example/redirect?code=a1b2c3&state=look&error='); };`),
          },
        ],
        [
          'after an answer in which something else is not verified',
          { views: VIEWS, answers: { OTP: { body: { success: true, data: { kyc: { verified: false } } } } } },
        ],
        [
          'beside a dark theme',
          {
            views: VIEWS.map(
              (view) => `<div><span role="switch" aria-checked="true">Dark mode</span></div>${view}`,
            ),
          },
        ],
        [
          'beside a prize',
          {
            views: VIEWS.map((view) => `${view}<p>One more chance to win ₹500: activate your referral.</p>`),
          },
        ],
        ['with a word on how to go on', pinOf({ before: '<p>To continue, press Continue.</p>' })],
        ['after attempts that are left in plenty', pinOf({ before: '<p>5 of 5 attempts left</p>' })],
        [
          'beside the rule of the lock',
          pinOf({ after: '<p>Your account will be locked after 5 wrong attempts.</p>' }),
        ],
      ],
      4,
    ),
  )('%s', async (_what, look) => {
    const { end, sent } = await looks.visit(look, 8000);
    expect({ end, sent }).toEqual({ end: 'CODE', sent: SENT });
  });
});

describe('an answer to the PIN', () => {
  const odd = (body: unknown, said: string): Look => ({
    views: VIEWS,
    answers: { PIN: { body } },
    script: later(`const old = login.send; login.send = async (step, value) => {
      if (step !== 'PIN') return old(step, value);
      await fetch('/api/PIN', { method: 'POST', body: JSON.stringify({ value }) });
      ${said} };`),
  });
  const INVALID = `document.getElementById('pinCode').setAttribute('aria-invalid', 'true');`;

  test.concurrent.each(
    drawn<[string, Look, string]>(
      [
        ['that failed, in Hindi', odd({ status: 'failed', message: 'गलत पिन' }, INVALID), 'ACTION_REQUIRED'],
        ['of GraphQL', odd({ data: null, errors: [{ message: 'E_AUTH' }] }, INVALID), 'ACTION_REQUIRED'],
        [
          'that is not verified',
          odd({ success: true, data: { verified: false } }, INVALID),
          'CREDENTIALS_REJECTED',
        ],
        [
          'that “Invalid credentials” is',
          odd(
            { status: 'error', errors: [{ errorCode: 'UDAPI100016', message: 'Invalid Credentials' }] },
            '',
          ),
          'CREDENTIALS_REJECTED',
        ],
        ['of an unknown form', odd({ statusCode: 4011 }, INVALID), 'ACTION_REQUIRED'],
        [
          'that names a wait, and a wrong PIN',
          { views: VIEWS, answers: { PIN: refused("The PIN doesn't seem right. Try again in 1 minute.") } },
          'CREDENTIALS_REJECTED',
        ],
        [
          'of status 429, and a wrong PIN',
          {
            views: VIEWS,
            answers: { PIN: { status: 429, body: { message: 'Incorrect PIN. 1 attempt left.' } } },
          },
          'CREDENTIALS_REJECTED',
        ],
        [
          'that says the PIN is blocked',
          { views: VIEWS, answers: { PIN: refused('PIN blocked. Try again after 24 hours.') } },
          'CREDENTIALS_REJECTED',
        ],
        [
          'of busy servers',
          { views: VIEWS, answers: { PIN: refused('Our servers are busy. Please try again later.') } },
          'BROKER_UNREACHABLE',
        ],
        [
          'about the address',
          { views: VIEWS, answers: { PIN: refused('Login blocked from this IP') } },
          'BROKER_UNREACHABLE',
        ],
      ],
      4,
    ),
  )('%s', async (_what, look, code) => {
    const { end, sent } = await looks.visit(look, 3000);
    expect({ end, sent }).toEqual({ end: code, sent: SENT });
  });
});
