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

test.concurrent.each<[string, Look['answers']]>([
  ['the PIN’s connection is cut', { PIN: CUT }],
  ['the OTP’s connection is cut', { OTP: CUT }],
  ['the OTP request’s connection is cut', { MOBILE: CUT }],
  ['the PIN is answered with 408', { PIN: TIMED_OUT }],
  ['the OTP is answered with 408', { OTP: TIMED_OUT }],
  ['the PIN is answered with 425', { PIN: { status: 425, body: '' } }],
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
