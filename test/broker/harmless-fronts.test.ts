import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawn } from '../support/repetitions.ts';
import { type Look, Looks, later, SENT, step, VIEWS } from './looks.ts';

/** What other fronts of the broker might do that a person would not even notice. */

let looks: Looks;
beforeAll(async () => {
  looks = await Looks.open();
});
afterAll(() => looks[Symbol.asyncDispose]());

const [MOBILE, OTP, PIN] = VIEWS;
const inEach = (habit: string): string => `
  window.meet = (view) => {
    const form = view.querySelector('form');
    if (!form) return;
    const input = form.querySelector('input');
    const button = form.querySelector('button');
    ${habit}
  };`;
const boxes = (around: string, each: (index: number) => string) =>
  `<div ${around}>${Array.from({ length: 6 }, (_, index) => `<input inputmode="numeric" style="width: 2em" ${each(index)}>`).join('')}</div>`;
const ADVANCE = (send = '') =>
  inEach(`
  const all = [...form.querySelectorAll('input')];
  if (all.length > 1) all.forEach((box, index) => box.addEventListener('input', () => {
    if (box.value.length > 1) { const rest = box.value; box.value = rest[0]; [...rest.slice(1)].forEach((digit, at) => { if (all[index + 1 + at]) all[index + 1 + at].value = digit; }); }
    if (box.value) all[index + 1]?.focus();
    ${send}
  }));`);

const ATTENTION = `<div class="investors"><p>Attention investors: 1. Stock brokers can accept securities as margin from clients only by way of pledge in the depository system w.e.f. September 01, 2020.</p><p>2. Update your e-mail id and mobile number with your stock broker / depository participant and receive OTP directly from depository on your e-mail id and/or mobile number to create pledge.</p><p>KYC is a one-time exercise while dealing in securities markets.</p></div>`;
const RISK = `<div><h3>Risk disclosures on derivatives</h3><ul><li>9 out of 10 individual traders in equity Futures and Options Segment, incurred net losses.</li></ul></div>`;
const late = (ms: number, text: string) =>
  later(
    `const next = login.next; let n = 0; login.next = () => { n += 1; if (n < 3) return next(); login.view.innerHTML = ${JSON.stringify(text)}; setTimeout(next, ${ms}); };`,
  );
/** Answers whose shape does not say that a value was right; the page knows. */
const OTHER_SHAPE = {
  MOBILE: { body: { status: 'success' } },
  OTP: { body: { status: 'success' } },
  PIN: { body: { status: 'success' } },
};
const BY_STATUS = `login.send = async (step, value) => { const answer = await fetch('/api/' + step, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ value }) }); const json = await answer.json(); if (json.status === 'success') login.next(); else login.refused({ error: json }); };`;

describe('a harmless front', () => {
  test.concurrent.each(
    drawn<[string, Look]>(
      [
        [
          'boxes of one digit without maxlength, id on the part',
          { views: [MOBILE, step('OTP', { field: boxes('id="otpNum"', () => '') }), PIN], script: ADVANCE() },
        ],
        [
          'boxes of one digit without maxlength, id on the first',
          {
            views: [MOBILE, step('OTP', { field: boxes('', (index) => (index ? '' : 'id="otpNum"')) }), PIN],
            script: ADVANCE(),
          },
        ],
        [
          'boxes that all have the id',
          {
            views: [MOBILE, step('OTP', { field: boxes('', () => 'id="otpNum" maxlength="1"') }), PIN],
            script: ADVANCE(),
          },
        ],
        [
          'boxes that send at the sixth',
          {
            views: [
              MOBILE,
              OTP,
              step('PIN', { field: boxes('id="pinCode"', () => 'maxlength="1" type="password"') }),
            ],
            script: ADVANCE(`if (all.every((one) => one.value)) form.requestSubmit();`),
          },
        ],
        [
          'boxes that swallow a key while the focus moves',
          {
            views: [MOBILE, step('OTP', { field: boxes('id="otpNum"', () => 'maxlength="1"') }), PIN],
            script: inEach(
              `const all = [...form.querySelectorAll('input')]; if (all.length > 1) all.forEach((box, index) => box.addEventListener('input', () => setTimeout(() => all[index + 1]?.focus(), 60)));`,
            ),
          },
        ],
        [
          'one hidden input under six drawn cells',
          {
            views: [
              MOBILE,
              step('OTP', {
                field:
                  '<div style="position:relative;width:200px;height:40px"><input id="otpNum" maxlength="6" style="position:absolute;inset:0;opacity:0;width:100%;height:100%"><span>·</span><span>·</span></div>',
              }),
              PIN,
            ],
          },
        ],
        [
          'an input clipped to a pixel under drawn cells',
          {
            views: [
              MOBILE,
              step('OTP', {
                field:
                  '<label for="otpNum" style="display:inline-block;width:200px;height:40px">······</label><input id="otpNum" maxlength="6" style="position:absolute;width:1px;height:1px;opacity:0">',
              }),
              PIN,
            ],
          },
        ],
        [
          'hydration that wipes what was typed',
          {
            views: VIEWS,
            script: inEach(
              `setTimeout(() => { const fresh = input.cloneNode(); fresh.value = ''; form.querySelector('input')?.replaceWith(fresh); }, 400);`,
            ),
          },
        ],
        [
          'a form that is deaf for a while',
          {
            views: VIEWS,
            script: inEach(
              `let deaf = true; form.addEventListener('submit', (event) => { if (deaf) { event.preventDefault(); event.stopImmediatePropagation(); } }, true); setTimeout(() => { deaf = false; }, 1500);`,
            ),
          },
        ],
        [
          'a button that is locked for a while after typing',
          {
            views: VIEWS,
            script: inEach(
              `button.disabled = true; input.addEventListener('input', () => setTimeout(() => { button.disabled = false; }, 1500));`,
            ),
          },
        ],
        [
          'a skeleton for three seconds',
          {
            views: VIEWS,
            script: inEach(
              `const own = form.innerHTML; form.hidden = true; const bones = document.createElement('div'); bones.className = 'skeleton loading'; bones.style = 'width:200px;height:30px'; form.before(bones); setTimeout(() => { bones.remove(); form.hidden = false; }, 3000);`,
            ),
          },
        ],
        [
          'a copy for small screens',
          { views: VIEWS.map((view) => `<div style="display:none">${view}</div>${view}`) },
        ],
        [
          'a copy for small screens behind',
          { views: VIEWS.map((view) => `${view}<div style="display:none">${view}</div>`) },
        ],
        [
          'a button that is a part with a role',
          {
            views: VIEWS.map((view) =>
              view.replace(
                /<button id="(\w+)" type="submit">(\w[^<]*)<\/button>/,
                '<div id="$1" role="button" tabindex="0" onclick="this.closest(\'form\').requestSubmit()">$2</div>',
              ),
            ),
          },
        ],
        [
          'a shadow root',
          {
            views: VIEWS,
            script: inEach(
              `const host = document.createElement('div'); form.before(host); host.attachShadow({ mode: 'open' }).append(form); form.addEventListener('submit', (event) => { event.preventDefault(); void login.send(form.dataset.step, login.valueOf(form)); });`,
            ),
          },
        ],
        ['number inputs', { views: VIEWS.map((view) => view.replace('<input ', '<input type="number" ')) }],
        [
          'a mask that is always there',
          {
            views: VIEWS,
            script: inEach(
              `if (input.id !== 'otpNum') return; const draw = () => { const digits = input.value.replace(/\\D/g, '').slice(0, 6); input.value = (digits + '______').slice(0, 6).replace(/(...)/, '$1-'); input.setSelectionRange(digits.length + (digits.length > 2 ? 1 : 0), digits.length + (digits.length > 2 ? 1 : 0)); }; input.addEventListener('input', draw); draw();`,
            ),
          },
        ],
        ['words of the regulator under each form', { views: VIEWS.map((view) => view + ATTENTION) }],
        ['a disclosure of risks under each form', { views: VIEWS.map((view) => view + RISK) }],
        ['a disclosure of risks above each form', { views: VIEWS.map((view) => RISK + view) }],
        [
          'terms that are named at the first form',
          {
            views: [
              step('MOBILE', {
                beside:
                  '<p>By proceeding, you agree to our <a href="/t">Terms of Use</a> and <a href="/p">Privacy Policy</a>.</p>',
              }),
              OTP,
              PIN,
            ],
          },
        ],
        [
          'a box to be remembered',
          {
            views: [
              step('MOBILE', { beside: '<label><input type="checkbox"> Keep me logged in</label>' }),
              OTP,
              PIN,
            ],
          },
        ],
        [
          'a search field at its head',
          {
            views: VIEWS.map(
              (view) => `<header><input type="text" placeholder="Search stocks"></header>${view}`,
            ),
          },
        ],
        ['loads with “Just a moment…”', { views: VIEWS, script: late(900, '<p>Just a moment…</p>') }],
        [
          'loads with “Please wait a few seconds”',
          {
            views: VIEWS,
            answers: OTHER_SHAPE,
            script:
              later(BY_STATUS) +
              late(900, '<div role="status">Please wait a few seconds while we log you in…</div>'),
          },
        ],
        [
          'says beside its steps when an OTP can be had again',
          {
            views: VIEWS,
            answers: OTHER_SHAPE,
            script: later(
              `${BY_STATUS} const next = login.next; login.next = () => { login.toast('OTP sent. You can ask for another one in 30 seconds, please wait.'); setTimeout(next, 500); };`,
            ),
          },
        ],
        [
          'goes by 303 from a form',
          {
            views: [
              MOBILE,
              OTP,
              PIN.replace('<form data-step="PIN"', '<form method="post" action="/go"').replace(
                'id="pinCode"',
                'id="pinCode" name="pin"',
              ),
            ],
            others: {
              '/go': {
                status: 303,
                headers: { location: 'https://desk.example/redirect?code=a1b2c3&state=look' },
                body: '',
              },
            },
            script: later(
              `document.addEventListener('submit', (event) => { if (event.target.action.endsWith('/go')) event.target.submit(); });`,
            ),
          },
        ],
        [
          'a page that talks after the redirect',
          {
            views: VIEWS,
            script: later(
              `const next = login.next; let n = 0; login.next = () => { n += 1; next(); if (n === 3) { login.toast('Your account has been locked'); } };`,
            ),
          },
        ],
        [
          'draws each step anew every 150 ms',
          {
            views: VIEWS,
            script: inEach(
              `const timer = setInterval(() => { if (!form.isConnected) return clearInterval(timer); const now = form.querySelector('input'); const had = document.activeElement === now; const fresh = now.cloneNode(); fresh.value = now.value; now.replaceWith(fresh); if (had) fresh.focus(); }, 150);`,
            ),
          },
        ],
        [
          'moves the focus away at each second key',
          {
            views: VIEWS,
            script: inEach(
              `let n = 0; input.addEventListener('input', () => { n += 1; if (n % 2 === 0) button.focus(); });`,
            ),
          },
        ],
        [
          'has a decoy for password managers',
          {
            views: VIEWS.map((view) =>
              view.replace(
                '<label',
                '<input type="text" name="username" style="position:absolute;left:-9999px"><input type="password" style="width:0;height:0;border:0;padding:0"><label',
              ),
            ),
          },
        ],
      ],
      7,
    ),
  )(
    '%s is logged in to',
    async (_what, look) => {
      const visit = await looks.visit(look, 8000);
      expect(visit, visit.message).toMatchObject({
        end: 'CODE',
        sent: look.others === undefined ? SENT : ['MOBILE', 'OTP'],
      });
    },
    60_000,
  );
});
