import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type Look, Looks, VIEWS } from './looks.ts';

/** A browser repeats a request by itself where a connection ends without an answer. */

let looks: Looks;
beforeAll(async () => {
  looks = await Looks.open();
});
afterAll(() => looks[Symbol.asyncDispose]());

const CUT: Answer = { body: '', isCut: true };
const TIMED_OUT: Answer = { status: 408, body: '' };
const led = (status: number, location: string): Answer => ({ status, headers: { location }, body: '' });

test.concurrent.each<[string, Look['answers']]>([
  ['the PIN’s connection is cut', { PIN: CUT }],
  ['the OTP’s connection is cut', { OTP: CUT }],
  ['the OTP request’s connection is cut', { MOBILE: CUT }],
  ['the PIN is answered with 408', { PIN: TIMED_OUT }],
  ['the OTP is answered with 408', { OTP: TIMED_OUT }],
  ['the PIN is answered with 425', { PIN: { status: 425, body: '' } }],
  ['the PIN is led back to its place', { PIN: led(307, '/api/PIN') }],
  ['the OTP is led back to its place', { OTP: led(308, '/api/OTP?again') }],
  ['the OTP request is led back to its place', { MOBILE: led(307, '/api/MOBILE') }],
])('where %s, everything has reached the broker once', async (_what, answers = {}) => {
  const visit = await looks.visit({ views: VIEWS, answers }, 2500);
  expect(visit.end).not.toBe('CODE');
  expect(visit.sent).toEqual([...new Set(visit.sent)]);
});

/** Sends a hash of the value, which nobody can read. */
const HASHED = `addEventListener('DOMContentLoaded', () => {
  login.send = async (step, value) => {
    const bytes = new TextEncoder().encode('salt' + value);
    let hash = 7;
    for (const byte of bytes) hash = (hash * 31 + byte) >>> 0;
    const answer = await fetch('/api/' + step, { method: 'POST', body: JSON.stringify({ proof: hash }) });
    const json = await answer.json();
    if (json.success) login.next(); else login.refused(json, step);
  };
});`;

test.each(['OTP', 'PIN'] as const)(
  'a hash of the %s reaches the broker once, too, where its connection is cut',
  async (step) => {
    const visit = await looks.visit({ views: VIEWS, script: HASHED, answers: { [step]: CUT } }, 2500);
    expect(visit.end).not.toBe('CODE');
    expect(visit.sent).toContain(step);
    expect(visit.sent).toEqual([...new Set(visit.sent)]);
  },
);

/** The page sends the PIN by a form of its own. */
const NATIVE_PIN = `addEventListener('DOMContentLoaded', () => {
  const send = login.send;
  login.send = async (step, value) => {
    if (step !== 'PIN') return send(step, value);
    const form = document.createElement('form');
    form.method = 'post';
    form.action = '/api/' + step;
    form.innerHTML = '<input type="hidden" name="value" value="' + value + '">';
    document.body.append(form);
    form.submit();
  };
});`;

test.concurrent.each<[string, Look]>([
  ['round in a circle', { views: VIEWS, others: { '/turn': led(307, '/api/PIN') } }],
  [
    'round in a circle, sent by a form',
    { views: VIEWS, script: NATIVE_PIN, others: { '/turn': led(307, '/api/PIN') } },
  ],
])('a PIN that is led %s reaches the broker once', async (_what, look) => {
  const visit = await looks.visit({ ...look, answers: { PIN: led(307, '/turn') } }, 2500);
  expect(visit).toMatchObject({ end: 'BROKER_UNREACHABLE', sent: ['MOBILE', 'OTP', 'PIN'] });
  expect(visit.message).toBe('The broker leads what was sent on to where it is not sent again.');
});

test.each([307, 308])('a value that is led on to another place by %i is taken there', async (status) => {
  const answers = { OTP: led(status, '/otp/'), PIN: led(status, '/pin/') };
  const accepted: Answer = { body: { success: true, data: { isSecretPinSet: true } } };
  const visit = await looks.visit({
    views: VIEWS,
    answers,
    others: { '/otp/': accepted, '/pin/': accepted },
  });
  expect(visit).toMatchObject({ end: 'CODE', sent: ['MOBILE', 'OTP', 'PIN'] });
});

test('what the broker says at the place that a value was led on to counts', async () => {
  const refused: Answer = { body: { success: false, error: { code: 1017016, message: 'Invalid PIN' } } };
  const visit = await looks.visit({
    ...{ views: VIEWS, answers: { PIN: led(307, '/pin/') }, others: { '/pin/': refused } },
    script: `addEventListener('DOMContentLoaded', () => { login.refused = () => {}; });`,
  });
  expect(visit).toMatchObject({ end: 'CREDENTIALS_REJECTED', sent: ['MOBILE', 'OTP', 'PIN'] });
});

test('a PIN that is led on to the end of the login stays here, and the code counts', async () => {
  const answers = { PIN: led(307, 'https://desk.example/redirect?code=a1b2c3&state=look') };
  const visit = await looks.visit({ views: VIEWS, script: NATIVE_PIN, answers });
  expect(visit).toMatchObject({ end: 'CODE', sent: ['MOBILE', 'OTP', 'PIN'] });
});

test('a PIN that is led on to another site stays here', async () => {
  const answers = { PIN: led(307, 'http://elsewhere.example/pin') };
  const visit = await looks.visit({ views: VIEWS, answers }, 2500);
  expect(visit).toMatchObject({ end: 'BROKER_UNREACHABLE', sent: ['MOBILE', 'OTP', 'PIN'] });
  expect(visit.message).toContain('it is not sent again');
});

/** Sends the PIN from a shared worker, which nothing that watches the page sees. */
const SHARED = `addEventListener('DOMContentLoaded', () => {
  const send = login.send;
  login.send = (step, value) => {
    if (step !== 'PIN' || !window.SharedWorker) return send(step, value);
    const source = 'onconnect = ({ ports: [port] }) => { port.onmessage = async ({ data: [to, body] }) => port.postMessage((await fetch(to, { method: "POST", body })).status); };';
    const { port } = new SharedWorker(URL.createObjectURL(new Blob([source])));
    port.onmessage = () => login.next();
    port.postMessage([location.origin + '/api/PIN', JSON.stringify({ value })]);
  };
});`;

test('a page that would send the PIN from a shared worker sends it where it is seen', async () => {
  const visit = await looks.visit({ views: VIEWS, script: SHARED, answers: { PIN: CUT } }, 2500);
  expect(visit).toMatchObject({ end: 'BROKER_UNREACHABLE', sent: ['MOBILE', 'OTP', 'PIN'] });
});
