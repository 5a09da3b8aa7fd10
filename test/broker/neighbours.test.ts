import fc from 'fast-check';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findChromium } from '../../src/broker/chromium/chromium.ts';
import { classifyPage } from '../../src/broker/login/page/page-kind.ts';
import { type FieldName, readPage } from '../../src/broker/login/page/page-reading.ts';
import { Semaphore } from '../../src/services/semaphore.ts';
import { Looks, pageOf, step } from './looks.ts';

/** Words that stand near those of a login, and mean something else. */

const VERBS = fc.constantFrom(
  ...[
    'Authorise',
    'Authorize',
    'Approve',
    'Permit',
    'Endorse',
    'Ratify',
    'Sign',
    'E-sign',
    'Accept',
    'Agree to',
  ],
  ...[
    'Allow',
    'Grant',
    'Enable',
    'Activate',
    'Pledge',
    'Link',
    'Trust',
    'Confirm',
    'Unlock',
    'Reactivate',
    'End',
  ],
  ...[
    'Log out',
    'Subscribe to',
    'Upgrade',
    'Opt in to',
    'Pay',
    'Transfer',
    'Nominate',
    'Register',
    'Renew',
    'Close',
  ],
);
const THINGS = fc.constantFrom(
  ...[
    '',
    'the mandate',
    'DDPI',
    'margin trading',
    'the new terms',
    'and log out others',
    'this device',
    'brokerage',
  ],
  ...[
    'other sessions',
    'a nominee',
    'the agreement',
    'power of attorney',
    'auto-debit',
    'F&O',
    'my holdings',
    'all',
  ],
  ...['and continue', '& proceed', 'to continue', 'now', 'access', 'MoneyGrow'],
);
const label = fc.tuple(VERBS, THINGS).map((words) => words.join(' ').trim());
const setting = fc.constantFrom(
  'Set',
  'Create',
  'Choose',
  'Confirm',
  'Re-enter',
  'Change',
  'Reset',
  'Update',
  'Repeat',
);
const another = fc.constantFrom(
  'new PIN',
  'a new 6-digit PIN',
  'your new PIN',
  '6-digit PIN',
  'MPIN',
  'your PIN',
);
const heading = fc.tuple(setting, another).map((words) => words.join(' '));
const otherCaption = fc.constantFrom(
  ...[
    'New PIN',
    'Old PIN',
    'Transaction PIN',
    'UPI PIN',
    'Card PIN',
    'ATM PIN',
    'Nominee PIN',
    'Aadhaar number',
    'CVV',
  ],
  ...[
    'PAN',
    'Date of birth',
    'Answer',
    'Recovery PIN',
    'Bank PIN',
    'TPIN',
    'Trading password',
    'Referral code',
  ],
);
const smsCaption = fc.constantFrom(
  'SMS code',
  'OTP sent by SMS',
  'Code from the text message',
  'OTP from your e-mail',
);

const STEP_ORDER: readonly FieldName[] = ['MOBILE', 'OTP', 'PIN'];

/** A page that has the login's own ids and asks for something else. */
const neighbour = fc.oneof(
  fc.record({ name: fc.constantFrom(...STEP_ORDER), look: fc.record({ button: label }) }),
  fc.record({ name: fc.constant('PIN' as const), look: fc.record({ heading }) }),
  fc.record({
    name: fc.constant('PIN' as const),
    look: fc.record({ before: heading.map((text) => `<p>${text}</p>`) }),
  }),
  fc.record({ name: fc.constant('PIN' as const), look: fc.record({ label: otherCaption }) }),
  fc.record({ name: fc.constant('OTP' as const), look: fc.record({ label: smsCaption }) }),
  fc.record({
    name: fc.constantFrom(...STEP_ORDER),
    look: fc.record({ beside: otherCaption.map((text) => `<label>${text} <input type="password"></label>`) }),
  }),
  fc.record({
    name: fc.constantFrom(...STEP_ORDER),
    look: fc.record({
      beside: label.map((text) => `<label><input type="checkbox"> I ${text}, I agree</label>`),
    }),
  }),
  fc.record({
    name: fc.constantFrom(...STEP_ORDER),
    look: fc.record({
      after: label.map(
        (text) =>
          `<div role="dialog" aria-modal="true" style="position: fixed; inset: 0; background: white"><h2>${text}</h2><button>${text}</button></div>`,
      ),
    }),
  }),
);

/** What a person can put off without a consequence. */
const HARMLESS = ['Not now', 'Maybe later', 'Later', 'Remind me later', 'No thanks'];

let browser: Browser;
let page: Page;
let looks: Looks;
beforeAll(async () => {
  const found = findChromium({ headless: true });
  browser = await chromium.launch({ executablePath: found?.executablePath ?? '' });
  page = await browser.newPage();
  looks = await Looks.open();
});
afterAll(async () => {
  await browser.close();
  await looks[Symbol.asyncDispose]();
});

const kindOf = async (html: string, name: FieldName | null) => {
  await page.setContent(pageOf({ views: [html] }));
  const reading = await readPage(page, []);
  if (reading === null) throw new Error('The page was not read.');
  const submitted = new Set(name === null ? [] : STEP_ORDER.slice(0, STEP_ORDER.indexOf(name)));
  return classifyPage(reading, submitted);
};

test('the login’s own steps are known', async () => {
  for (const name of STEP_ORDER)
    expect(await kindOf(step(name), name)).toEqual({ kind: 'FIELD', field: name });
});

test('a field among neighbouring words never gets a value', async () => {
  await fc.assert(
    fc.asyncProperty(neighbour, async ({ name, look }) => {
      expect((await kindOf(step(name, look), name)).kind).not.toBe('FIELD');
    }),
    { numRuns: 250 },
  );
}, 120_000);

test('a button among neighbouring words is never pressed', async () => {
  const asking = fc.record({ title: label, labels: fc.array(label, { minLength: 1, maxLength: 4 }) });
  await fc.assert(
    fc.asyncProperty(asking, fc.boolean(), async ({ title, labels }, isDialog) => {
      const buttons = labels.map((text) => `<button>${text}</button>`).join('');
      const html = `<h1>${title}</h1><p>${title} today.</p>${buttons}`;
      const kind = await kindOf(isDialog ? `<dialog open>${html}</dialog>` : html, null);
      expect(['UNKNOWN', 'FAILURE']).toContain(kind.kind);
    }),
    { numRuns: 150 },
  );
}, 120_000);

test('beside a harmless button nothing else is pressed', async () => {
  const offer = fc.record({
    labels: fc.array(label, { minLength: 1, maxLength: 3 }),
    harmless: fc.constantFrom(...HARMLESS),
  });
  await fc.assert(
    fc.asyncProperty(offer, async ({ labels, harmless }) => {
      const buttons = [...labels, harmless].map((text) => `<button>${text}</button>`).join('');
      const kind = await kindOf(`<h1>Something for you</h1>${buttons}`, null);
      if (kind.kind === 'DISMISSAL') expect(kind.button.label).toBe(harmless);
      else expect(kind.kind).toBe('UNKNOWN');
    }),
    { numRuns: 100 },
  );
}, 120_000);

test('whole logins press and fill what is theirs, and nothing of a neighbour', async () => {
  const pages = fc.sample(neighbour, { numRuns: 12, seed: 28_11_2026 });
  const places = new Semaphore(4);
  const visitOne = async ({ name, look }: (typeof pages)[number]) => {
    const before = STEP_ORDER.slice(0, STEP_ORDER.indexOf(name));
    const views = [...before.map((each) => step(each)), step(name, look)];
    const visit = await looks.visit({ views }, 4000);
    expect(visit.sent).toEqual(before);
    expect(visit.typed).toHaveLength(before.length);
    expect(visit.clicked).toHaveLength(before.length);
    expect(['ACTION_REQUIRED', 'PAGE_CHANGED']).toContain(visit.end);
  };
  await Promise.all(pages.map((page) => places.run(() => visitOne(page))));
}, 120_000);
