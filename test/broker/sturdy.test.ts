import { afterAll, beforeAll, expect, test } from 'vitest';
import { Looks, SENT, step, VIEWS } from './looks.ts';

/** Pages that a person finds trivial. */

let looks: Looks;
beforeAll(async () => {
  looks = await Looks.open();
});
afterAll(() => looks[Symbol.asyncDispose]());

/** Done to the form of each step when it is shown. */
const inEach = (habit: string): string => `
  window.meet = (view) => {
    const form = view.querySelector('form');
    if (!form) return;
    const input = form.querySelector('input');
    ${habit}
  };`;

const boxes = (id: string, count: number, inner: string): string =>
  `<div ${inner}>${Array.from({ length: count }, (_, index) => `<input maxlength="1" inputmode="numeric" ${index === 0 ? id : ''} style="width: 2em">`).join('')}</div>`;

const ADVANCE = `
  for (const box of form.querySelectorAll('input[maxlength="1"]'))
    box.addEventListener('input', () => { if (box.value) box.nextElementSibling?.focus(); });`;

const divided = (how: 'first' | 'container') => {
  const [id, inner] = how === 'first' ? ['id="otpNum"', ''] : ['', 'id="otpNum"'];
  const [pin, around] = how === 'first' ? ['id="pinCode"', ''] : ['', 'id="pinCode"'];
  return [
    VIEWS[0],
    step('OTP', { field: boxes(id, 6, inner), label: 'Enter OTP or TOTP' }),
    step('PIN', { field: boxes(pin, 6, around) }),
  ];
};

const REDRAWN = inEach(`
  const redraw = () => {
    const fresh = form.querySelector('input').cloneNode();
    fresh.value = form.querySelector('input').value.replace(/\\D/g, '');
    fresh.addEventListener('input', redraw);
    form.querySelector('input').replaceWith(fresh);
  };
  input.addEventListener('input', redraw);`);

test.concurrent.each<[string, readonly string[], string]>([
  ['draws its input anew at each key', VIEWS, REDRAWN],
  [
    'draws its input anew and takes one key at a time',
    VIEWS,
    `${REDRAWN} document.addEventListener('beforeinput', (event) => { if (event.data?.length > 1) event.preventDefault(); }, true);`,
  ],
  ['has a box for each digit, the first of which has the id', divided('first'), inEach(ADVANCE)],
  ['has a box for each digit, in a part that has the id', divided('container'), inEach(ADVANCE)],
  ['has a box for each digit and moves on to none by itself', divided('first'), ''],
  [
    'shows the country code in its field',
    VIEWS,
    inEach(`
      if (input.id !== 'mobileNum') return;
      const mask = () => { input.value = '+91 ' + input.value.replace(/^\\+?91\\s?/, '').replace(/\\D/g, ''); };
      input.addEventListener('input', mask);
      mask();`),
  ],
  [
    'has a transparent input over what it draws',
    VIEWS,
    inEach(`input.style = 'opacity: 0; position: relative; z-index: 2; width: 200px; height: 30px';`),
  ],
  [
    'has labels that float over its inputs',
    VIEWS,
    inEach(`form.querySelector('label').style = 'position: absolute; pointer-events: none';`),
  ],
  [
    'waits for its service worker',
    VIEWS,
    `document.documentElement.hidden = true; navigator.serviceWorker?.ready.then(() => { document.documentElement.hidden = false; }) ?? (document.documentElement.hidden = false);`,
  ],
])(
  'a page that %s is logged in to',
  async (_what, views, script) => {
    expect(await looks.visit({ views, script })).toMatchObject({ end: 'CODE', message: '', sent: SENT });
  },
  60_000,
);

const OK = { body: {} };

test.concurrent.each([
  [
    'at each key',
    `document.addEventListener('input', (event) => { void fetch('/replay', { method: 'POST', body: JSON.stringify({ at: event.target.id, shown: event.target.value }) }); }, true);`,
  ],
  [
    'a while after the last key',
    `let timer; document.addEventListener('input', (event) => { const shown = event.target.value; clearTimeout(timer); timer = setTimeout(() => fetch('/replay', { method: 'POST', body: JSON.stringify({ shown }) }), 150); }, true);`,
  ],
  [
    'when its field is left',
    `document.addEventListener('focusout', (event) => { void fetch('/replay', { method: 'POST', body: JSON.stringify({ shown: event.target.value }) }); }, true);`,
  ],
  [
    'as XHR with everything in it',
    `document.addEventListener('input', () => { const request = new XMLHttpRequest(); request.open('POST', '/replay'); request.send(JSON.stringify([...document.querySelectorAll('input')].map(({ value }) => value))); }, true);`,
  ],
])(
  'a tool of the broker that records what is typed, %s, does not pass for the login',
  async (_how, script) => {
    const visit = await looks.visit({ views: VIEWS, script, others: { '/replay': OK } });
    expect(visit).toMatchObject({ end: 'CODE', message: '', sent: SENT });
  },
  60_000,
);

test.concurrent.each([403, 500, 204])(
  'a recording that is answered with %i refuses nothing',
  async (status) => {
    const script = `document.addEventListener('input', (event) => { void fetch('/replay', { method: 'POST', body: JSON.stringify({ shown: event.target.value }) }); }, true);`;
    const others = { '/replay': { status, body: '' } };
    expect(await looks.visit({ views: VIEWS, script, others })).toMatchObject({ end: 'CODE', sent: SENT });
  },
  60_000,
);

test.concurrent.each([403, 500, 429])(
  'a recording of the press that is answered with %i before the login has sent anything refuses nothing',
  async (status) => {
    const script = `
      const send = window.fetch.bind(window);
      document.addEventListener('pointerdown', () => { for (const { value } of document.querySelectorAll('input')) void send('/replay', { method: 'POST', body: JSON.stringify({ shown: value }) }); }, true);
      window.fetch = (...request) => new Promise((resolve) => setTimeout(resolve, 300)).then(() => send(...request));`;
    const others = { '/replay': { status, body: '' } };
    expect(await looks.visit({ views: VIEWS, script, others })).toMatchObject({ end: 'CODE', sent: SENT });
  },
  60_000,
);

test.concurrent.each([429, 503])(
  'an OTP request that is answered with %i, without a word, is followed by no code, also where the page goes on',
  async (status) => {
    const script = "addEventListener('DOMContentLoaded', () => { login.refused = () => login.next(); });";
    const answers = { MOBILE: { status, body: '' } };
    const visit = await looks.visit({ views: VIEWS, script, answers });
    expect(visit).toMatchObject({ sent: ['MOBILE'], typed: ['mobileNum'] });
    expect(visit.end).toBe(status === 429 ? 'THROTTLED' : 'BROKER_UNREACHABLE');
  },
  60_000,
);
