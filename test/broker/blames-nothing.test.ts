import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type Look, Looks, refused, SENT, step, VIEWS } from './looks.ts';

/** What a page says all the time is no answer; what the broker says in answer is one, with the time that it names. */

let looks: Looks;
beforeAll(async () => {
  looks = await Looks.open();
});
afterAll(() => looks[Symbol.asyncDispose]());

const [MOBILE, OTP, PIN] = VIEWS;

const STANDING = [
  'You have 5 attempts left',
  'You have 5 attempts remaining for today.',
  'Entered a wrong OTP? Ask for another one.',
  'Incorrect PIN attempts are logged.',
  'The account is locked after five incorrect attempts.',
  'Your account has been locked? Call us.',
  'If your account is blocked, unlock it on the web.',
  'Invalid attempts are logged.',
  'Too many requests block you for 10 minutes.',
  'You may have exceeded the maximum number of OTPs when no SMS comes.',
  'Having trouble? Write to us.',
  'We may ask you to verify that you are human.',
  'Error 1020 is explained in our help.',
  'Scheduled maintenance on Sunday from 2 AM to 4 AM.',
  'Wrong number? Go back.',
  'Access denied? See what to do.',
];

test.concurrent.each(STANDING)(
  'help that stands on every page and says “%s” refuses nothing',
  async (text) => {
    const after = `<p>${text}</p>`;
    const views = [step('MOBILE', { after }), step('OTP', { after }), step('PIN', { after })];
    expect(await looks.visit({ views })).toMatchObject({ end: 'CODE', sent: SENT, message: '' });
  },
  60_000,
);

test.concurrent.each([
  'You have 5 attempts left',
  'Entered a wrong OTP? Ask for another one.',
  'The account is locked after five incorrect attempts.',
])(
  'a page that comes with “%s” refuses nothing, though the text is new',
  async (text) => {
    const views = [
      MOBILE,
      step('OTP', { before: `<p>${text}</p>` }),
      step('PIN', { after: `<p role="status">${text}</p>` }),
    ];
    expect(await looks.visit({ views })).toMatchObject({ end: 'CODE', sent: SENT });
  },
  60_000,
);

test.concurrent('text that comes before the field of its step refuses nothing', async () => {
  const slow = `meet = (view) => { const form = view.querySelector('form'); form.hidden = true; setTimeout(() => { form.hidden = false; }, 700); };`;
  const before = '<p>You have 5 attempts left</p>';
  const views = [step('MOBILE', { before }), step('OTP', { before }), step('PIN', { before })];
  expect(await looks.visit({ views, script: slow })).toMatchObject({ end: 'CODE', sent: SENT });
});

const MINUTE = 60_000;

const OTP_REQUESTS: readonly (readonly [said: string, answer: Answer, end: string, restMs: number | null])[] =
  [
    [
      'a limit, in an unknown code',
      refused('OTP limit exceeded. Try again after 30 minutes.', 1017991),
      'THROTTLED',
      30 * MINUTE,
    ],
    ['a limit, in words', refused('Too many requests, please wait for 2 hours'), 'THROTTLED', 120 * MINUTE],
    ['its known code', refused('… try again after 10 mins.', 1017069), 'THROTTLED', 0],
    ['its known code and a longer time', refused('Blocked for 1 hour', 1017069), 'THROTTLED', 60 * MINUTE],
    ['429', { status: 429, headers: { 'retry-after': '900' }, body: {} }, 'THROTTLED', 15 * MINUTE],
    [
      'a number that nobody has',
      refused('This mobile number is not linked with any account', 1017016),
      'MOBILE_REJECTED',
      null,
    ],
    ['a number that is not registered', refused('User not registered'), 'MOBILE_REJECTED', null],
    ['something else', refused('Your request could not be processed', 1017992), 'ACTION_REQUIRED', 0],
    ['something in another shape', { status: 400, body: { message: 'No luck' } }, 'ACTION_REQUIRED', 0],
    ['maintenance', refused('We are under maintenance, back in 45 minutes'), 'MAINTENANCE', 45 * MINUTE],
    [
      'maintenance by its status',
      { status: 503, body: { message: 'Scheduled maintenance in progress' } },
      'MAINTENANCE',
      0,
    ],
    ['that the account is locked', refused('Your account has been blocked'), 'ACTION_REQUIRED', null],
    ['a code of the PIN', refused('Locked', 1017090), 'ACTION_REQUIRED', 0],
  ];

test.concurrent.each(OTP_REQUESTS)(
  'an OTP request that is refused with %s',
  async (_said, answer, end, restMs) => {
    const visit = await looks.visit({ views: VIEWS, answers: { MOBILE: answer } }, 2500);
    expect([visit.end, visit.restMs, visit.sent]).toEqual([end, restMs, ['MOBILE']]);
  },
  60_000,
);

test('an interval that the broker names is handed on', async () => {
  const answers = {
    MOBILE: { body: { success: true, data: { isTotpEnabled: true, nextRequestInterval: 240 } } },
  };
  const visit = await looks.visit({ views: VIEWS, answers });
  expect([visit.end, visit.otpIntervalMs]).toEqual(['CODE', 240_000]);
});

const html = (status: number, text: string): Answer => ({
  status,
  type: 'text/html',
  body: `<!doctype html><title>x</title><h1>${text}</h1>`,
});

test.concurrent.each<[string, Answer]>([
  ['with status 503', html(503, 'Scheduled maintenance until we are done')],
  ['with status 200', html(200, 'We will be back shortly')],
])(
  'maintenance %s in place of the page',
  async (_how, page) => {
    expect(await looks.visit({ views: [], page }, 2500)).toMatchObject({ end: 'MAINTENANCE', sent: [] });
  },
  60_000,
);

test('maintenance by a redirect', async () => {
  const page = { status: 302, headers: { location: '/maintenance' }, body: '' };
  const others = { '/maintenance': html(200, 'Please come again later') };
  expect(await looks.visit({ views: [], page, others }, 2500)).toMatchObject({
    end: 'MAINTENANCE',
    sent: [],
  });
});

const REFUSED_SECRETS: readonly (readonly [what: string, look: Partial<Look>, sent: readonly string[]])[] = [
  ['an OTP, in a toast', { answers: { OTP: refused('Incorrect OTP') } }, ['MOBILE', 'OTP']],
  ['a PIN, in a toast', { answers: { PIN: refused('You have entered an incorrect PIN', 1017106) } }, SENT],
  [
    'a PIN, on the page alone',
    {
      answers: { PIN: { body: { success: null } } },
      script: `addEventListener('load', () => { login.refused = () => { document.querySelector('form').insertAdjacentHTML('beforeend', '<p>4 attempts left</p>'); }; });`,
    },
    SENT,
  ],
];

test.concurrent.each(REFUSED_SECRETS)(
  'a broker that refuses %s is believed, beside help that says the like',
  async (_what, look, sent) => {
    const after = '<p>You have 5 attempts left</p>';
    const views = [MOBILE, step('OTP', { after }), step('PIN', { after })];
    expect(await looks.visit({ views, ...look }, 2500)).toMatchObject({ end: 'CREDENTIALS_REJECTED', sent });
  },
  60_000,
);

const AFTER_PIN: readonly (readonly [what: string, html: string, end: string])[] = [
  ['a wheel', '<h1>Hi Asha</h1><div class="spinner" style="width: 30px; height: 30px">…</div>', 'THROTTLED'],
  ['nothing', '<i></i>', 'THROTTLED'],
  ['words of waiting', '<p>Please wait…</p>', 'THROTTLED'],
  [
    'an expired PIN',
    '<h1>PIN expired</h1><p>Yours is 180 days old.</p><button>Go on</button>',
    'ACTION_REQUIRED',
  ],
  [
    'a device to confirm',
    '<h1>Confirm this device</h1><label>Code by SMS <input id="code"></label><button>Go</button>',
    'ACTION_REQUIRED',
  ],
  ['another session', '<h1>Another session is active</h1><button>End it</button>', 'ACTION_REQUIRED'],
  ['a notice', '<h1>Complete your profile in the app</h1><p>Then come back.</p>', 'ACTION_REQUIRED'],
];

test.concurrent.each(AFTER_PIN)(
  '%s after the PIN',
  async (_what, view, end) => {
    const visit = await looks.visit({ views: [MOBILE, OTP, PIN, view] }, 2500);
    expect([visit.end, visit.sent]).toEqual([end, SENT]);
  },
  60_000,
);

test('a PIN page that stands still after the PIN', async () => {
  const visit = await looks.visit(
    {
      views: VIEWS,
      script: `addEventListener('load', () => { const next = login.next; let left = 2; login.next = () => { if (left-- > 0) next(); }; });`,
    },
    2500,
  );
  expect([visit.end, visit.sent]).toEqual(['THROTTLED', SENT]);
});

test.concurrent.each([
  ['first', [step('MOBILE').replaceAll('mobileNum', 'phone')], 'PAGE_CHANGED', []],
  ['last', [MOBILE, OTP, step('PIN').replaceAll('pinCode', 'secretPin')], 'PAGE_CHANGED', ['MOBILE', 'OTP']],
])(
  'a field that was renamed on the %s page',
  async (_which, views, end, sent) => {
    const visit = await looks.visit({ views }, 2500);
    expect([visit.end, visit.sent]).toEqual([end, sent]);
  },
  60_000,
);
