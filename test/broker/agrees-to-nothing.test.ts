import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Look, Looks, step, VIEWS } from './looks.ts';

/** Pages between the steps of a login that ask for a signature, a grant, or another secret. */

let looks: Looks;
beforeAll(async () => {
  looks = await Looks.open();
});
afterAll(() => looks[Symbol.asyncDispose]());

const [MOBILE, OTP, PIN] = VIEWS;
const OWN_BUTTONS = ['Get OTP', 'Continue', 'Continue'];
const OWN_FIELDS = ['mobileNum', 'otpNum', 'pinCode'];

const ask = (heading: string, text: string, ...buttons: string[]): string =>
  `<h1>${heading}</h1><p>${text}</p>${buttons
    .map((label) => `<button type="button" onclick="login.next()">${label}</button>`)
    .join(' ')}`;

const ASKING: readonly (readonly [what: string, html: string])[] = [
  ['a DDPI mandate', ask('Enable DDPI', 'Sell without a TPIN.', 'Authorise', 'Cancel')],
  [
    'a DDPI mandate that could be put off',
    ask('Activate DDPI today', 'One signature.', 'Authorise', 'Not now'),
  ],
  ['new terms', ask('We have changed our terms', 'Brokerage is now 30 per order.', 'I agree')],
  ['margin trading', ask('Margin trading facility', 'Buy 4 times as much.', 'Approve', 'Know more')],
  [
    'other sessions',
    ask('You are logged in elsewhere', 'Continue here?', 'Approve and log out others', 'Back'),
  ],
  ['another company', ask('MoneyGrow wants access to your account', 'Orders, funds.', 'Allow', 'Deny')],
  ['consent for an app', ask('Authorize access', 'This app would like access.', 'Allow', 'Deny')],
  ['a device', ask('Is this your device?', 'We have not seen it before.', 'Yes, trust it', 'No')],
  ['a dormant account', ask('Your account is dormant', 'Reactivate it to trade.', 'Reactivate now')],
  ['an expired PIN', ask('Your PIN has expired', 'Set another one to go on.', 'Set PIN')],
  ['notifications, with no way round', ask('Stay informed', 'Get price alerts.', 'Allow')],
  ['something in one button alone', ask('One more step', 'Almost there.', 'Proceed')],
  ['a nominee', ask('Add a nominee', 'Required by the regulator.', 'Add nominee', 'I opt out')],
  [
    'a pledge in a sheet of its own',
    `<div role="dialog" aria-modal="true">${ask('Pledge holdings', 'Now.', 'Confirm')}</div>`,
  ],
];

test.concurrent.each(ASKING)(
  '%s after the PIN is a person’s affair: nothing is pressed',
  async (_what, html) => {
    const visit = await looks.visit({ views: [MOBILE, OTP, PIN, html] }, 2500);
    expect(visit).toMatchObject({
      end: 'ACTION_REQUIRED',
      clicked: OWN_BUTTONS,
      typed: OWN_FIELDS,
      sent: ['MOBILE', 'OTP', 'PIN'],
      dismissed: [],
    });
  },
  60_000,
);

test.concurrent.each(ASKING)(
  '%s before the PIN ends the login before the PIN is typed',
  async (_what, html) => {
    const visit = await looks.visit({ views: [MOBILE, OTP, html, PIN] }, 2500);
    expect(visit).toMatchObject({
      end: 'ACTION_REQUIRED',
      clicked: OWN_BUTTONS.slice(0, 2),
      typed: OWN_FIELDS.slice(0, 2),
      sent: ['MOBILE', 'OTP'],
    });
  },
  60_000,
);

test('the operator is told heading and buttons, without a number of the account', async () => {
  const html = ask('Enable DDPI for 98****5670, AB1234', 'Sign here.', 'Authorise', 'Ask asha@desk.example');
  const { end, message } = await looks.visit({ views: [MOBILE, OTP, PIN, html] }, 2500);
  expect([end, message]).toEqual([
    'ACTION_REQUIRED',
    "The broker's page shows “Enable DDPI for …, AB…”, with “Authorise”, “Ask …@…”, which is no step of the login. Nothing more was typed, and nothing pressed.",
  ]);
});

const OFFERS: readonly (readonly [what: string, html: string, label: string])[] = [
  ['notifications', ask('Turn on notifications?', 'Never miss a move.', 'Allow', 'Not now'), 'Not now'],
  ['an app', ask('Upstox is better in the app', 'Download it.', 'Download', 'Maybe later'), 'Maybe later'],
  ['an app, with a cross', ask('Get the app', 'Install it from the Play Store.', 'Install', '✕'), '✕'],
  ['a novelty', ask('Introducing the new option chain', 'Faster than ever.', 'Explore', 'Skip'), 'Skip'],
  ['a tour', ask('Take the tour', 'Two minutes.', 'Start', 'No, thanks'), 'No, thanks'],
];

test.concurrent.each(OFFERS)(
  'an offer of %s is turned down, and that is written down',
  async (_what, html, label) => {
    const visit = await looks.visit({ views: [MOBILE, OTP, html, PIN] });
    expect(visit).toMatchObject({
      end: 'CODE',
      clicked: [...OWN_BUTTONS.slice(0, 2), label, 'Continue'],
      dismissed: [label],
    });
  },
  60_000,
);

test.concurrent('a cookie banner over the first field is turned down', async () => {
  const banner = `<div style="position: fixed; inset: 0; background: white">We use cookies. <button type="button">Accept all</button>
    <button type="button" onclick="this.parentElement.remove()">Reject all</button></div>`;
  const visit = await looks.visit({ views: [`${MOBILE}${banner}`, OTP, PIN] });
  expect(visit).toMatchObject({
    end: 'CODE',
    clicked: ['Reject all', ...OWN_BUTTONS],
    dismissed: ['Reject all'],
  });
});

test.concurrent('a cookie banner that covers nothing is left alone', async () => {
  const banner = `<div style="position: fixed; bottom: 0">We use cookies. <button type="button">Accept all</button></div>`;
  expect(await looks.visit({ views: [`${MOBILE}${banner}`, OTP, PIN] })).toMatchObject({
    end: 'CODE',
    clicked: OWN_BUTTONS,
  });
});

const OTHER_PINS: readonly (readonly [what: string, html: string])[] = [
  [
    'for a new PIN, twice',
    step('PIN', {
      heading: 'Set a new 6-digit PIN',
      label: 'PIN',
      beside: '<input id="again" type="password">',
    }),
  ],
  ['for a new PIN, once', step('PIN', { heading: 'Set a new 6-digit PIN' })],
  ['for a new PIN, in its label', step('PIN', { label: 'New PIN' })],
  ['for a new PIN, in its placeholder', step('PIN', { input: 'placeholder="Choose a PIN"' })],
  ['to confirm a PIN', step('PIN', { label: 'Re-enter PIN' })],
  ['for a PIN that has expired', step('PIN', { before: '<p>Your PIN has expired. Pick another one.</p>' })],
  ['to sign with the PIN, in a question', step('PIN', { heading: 'Authorise the DDPI mandate?' })],
  ['for a new PIN, in a question', step('PIN', { heading: 'Shall we set a new PIN?' })],
  ['to sign with the PIN', step('PIN', { heading: 'Authorise the DDPI mandate' })],
  [
    'to agree with the PIN',
    step('PIN', { before: '<p>Enter your PIN to accept the revised brokerage.</p>' }),
  ],
  [
    'to agree, below',
    step('PIN', { beside: '<p>By entering your PIN you agree to the margin agreement.</p>' }),
  ],
  ['with a button that signs', step('PIN', { button: 'Agree and continue' })],
  [
    'with a box to tick',
    step('PIN', { beside: '<label><input type="checkbox" checked> I consent to MTF</label>' }),
  ],
  ['for another PIN', step('PIN', { label: 'Transaction PIN' })],
  [
    'under a sheet that asks',
    `${PIN}<div style="position: fixed; inset: 0; background: white"><h2>New terms</h2><button type="button">I agree</button></div>`,
  ],
  ['when one attempt is left', step('PIN', { before: '<p>You have 1 attempt left.</p>' })],
];

test.concurrent.each(OTHER_PINS)(
  'a page that asks %s gets no PIN',
  async (_what, html) => {
    const visit = await looks.visit({ views: [MOBILE, OTP, html] }, 2500);
    expect(visit).toMatchObject({ typed: OWN_FIELDS.slice(0, 2), sent: ['MOBILE', 'OTP'] });
    expect(['ACTION_REQUIRED', 'PAGE_CHANGED']).toContain(visit.end);
    expect(visit.clicked).toEqual(OWN_BUTTONS.slice(0, 2));
  },
  60_000,
);

const SMS_ONLY: readonly (readonly [what: string, look: Partial<Look>])[] = [
  [
    'in the answer to the number',
    { answers: { MOBILE: { body: { success: true, data: { message: 'Sent', isTotpEnabled: false } } } } },
  ],
  [
    'in an answer of another shape',
    { answers: { MOBILE: { body: { success: true, data: { user: { totp_enabled: false } } } } } },
  ],
  ['on the page', { views: [MOBILE, step('OTP', { label: 'Enter the OTP sent by SMS' }), PIN] }],
  [
    'above the field',
    { views: [MOBILE, step('OTP', { before: '<p>We sent a text message.</p>', label: 'Enter OTP' }), PIN] },
  ],
];

test.concurrent.each(SMS_ONLY)(
  'a code of the authenticator is not typed where the broker says %s that it sent one',
  async (_what, look) => {
    const visit = await looks.visit(
      { views: [MOBILE, step('OTP', { label: 'Enter OTP' }), PIN], ...look },
      2500,
    );
    expect(visit).toMatchObject({ end: 'ACTION_REQUIRED', typed: ['mobileNum'], sent: ['MOBILE'] });
  },
  60_000,
);

test('what to do about TOTP is said', async () => {
  const { message } = await looks.visit({ views: [MOBILE, OTP], ...SMS_ONLY[0]?.[1] }, 2500);
  expect(message).toMatch(/TOTP is not enabled.*nothing was typed.*Enable TOTP at the broker.*UPSTOX_TOTP/);
});

test('an account without a PIN gets none', async () => {
  const answers = { OTP: { body: { success: true, data: { isSecretPinSet: false } } } };
  const visit = await looks.visit({ views: VIEWS, answers }, 2500);
  expect(visit).toMatchObject({
    end: 'ACTION_REQUIRED',
    sent: ['MOBILE', 'OTP'],
    typed: OWN_FIELDS.slice(0, 2),
  });
});
