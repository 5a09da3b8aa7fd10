import { setTimeout as settle } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AnswerCache } from '../../src/http/graphql/answer-cache.ts';
import { repetitions } from '../support/repetitions.ts';
import { openBroker, openTestApp } from '../support/test-app.ts';

const QUERIES = [
  '{ tokens { apiName verdict fingerprint generatedAt expiresAt checkedAt storage version } }',
  '{ authState { state primaryPresent blockedBy since run { id status steps { apiName status } queuePosition } cooldown { active remainingSeconds until reason } } }',
  '{ ready accounts { id isActive client plan tokens { verdict } authState { state } } activeAccount { id } }',
];

/** The answer as it is given, one that is made for this request alone (the comment makes it another text), and the first again. */
const thrice = async (url: string, key: string, query: string, salt: number): Promise<readonly string[]> => {
  const ask = (text: string) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query: text }),
    }).then((response) => response.text());
  return [await ask(query), await ask(`${query} # ${salt}`), await ask(query)];
};

type Act =
  | { readonly kind: 'ASK' }
  | { readonly kind: 'GENERATE'; readonly apiNames: readonly string[] }
  | { readonly kind: 'CHECK' }
  | { readonly kind: 'LATER'; readonly seconds: number }
  | { readonly kind: 'FOREIGN_TOKEN'; readonly seconds: number }
  | { readonly kind: 'FOREIGN_COOLDOWN'; readonly milliseconds: number }
  | { readonly kind: 'REVOKE' }
  | { readonly kind: 'LOG_OUT' };

const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Act>({ kind: 'ASK' }) },
  {
    weight: 2,
    arbitrary: fc
      .subarray(['PRIMARY', 'WEBSOCKET1'], { minLength: 1 })
      .map<Act>((apiNames) => ({ kind: 'GENERATE', apiNames })),
  },
  { weight: 2, arbitrary: fc.constant<Act>({ kind: 'CHECK' }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(0.3, 1, 7, 600, 86_400).map<Act>((seconds) => ({ kind: 'LATER', seconds })),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 10 }).map<Act>((seconds) => ({ kind: 'FOREIGN_TOKEN', seconds })),
  },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 100, max: 5000 })
      .map<Act>((milliseconds) => ({ kind: 'FOREIGN_COOLDOWN', milliseconds })),
  },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: 'REVOKE' }) },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: 'LOG_OUT' }) },
);

test('no answer that is kept is stale, whoever writes, whatever is learnt and however the clock moves', async () => {
  let offset = 0;
  const now = () => Date.now() + offset;
  await using broker = await openBroker({ now });
  let salt = 0;
  let kept = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { minLength: 4, maxLength: 14 }), async (sequence) => {
      await using testApp = await openTestApp({ apis: 2, broker, clock: () => new Date(now()) });
      const compare = async () => {
        for (const query of QUERIES) {
          salt += 1;
          const [before, made, after] = await thrice(testApp.url, testApp.app.operatorKey, query, salt);
          // The clock and what goes on by itself may change it between two of the three, a stale one is old in both.
          expect([before, after]).toContain(made);
          if (before === after) kept += 1;
        }
      };
      await compare();
      for (const act of sequence) {
        if (act.kind === 'GENERATE') {
          const names = act.apiNames.join(', ');
          await testApp.ask(
            `mutation { generateTokens(mode: PARTIAL, apiNames: [${names}], replaceValid: true) { id } }`,
          );
          // In the middle of a run what is compared would change between two requests, so it is waited for.
          for (;;) {
            const { data } = await testApp.ask('{ authState { run { endedAt status } } }');
            const run = data.authState.run;
            if (run === null || run.endedAt !== null || run.status === 'COOLDOWN') break;
            await settle(20);
          }
        }
        if (act.kind === 'CHECK') await testApp.ask('{ tokenStatus { valid } }');
        if (act.kind === 'LATER') offset += act.seconds * 1000;
        if (act.kind === 'FOREIGN_TOKEN')
          testApp.change(
            'update upstox_tokens set validity_at = ? where is_primary = 1',
            istAt(now() + act.seconds * 1000),
          );
        if (act.kind === 'FOREIGN_COOLDOWN')
          testApp.change(
            "update vega_auth_states set cooldown_from = ?, cooldown_until = ?, cooldown_reason = 'THROTTLED'",
            now(),
            now() + act.milliseconds,
          );
        if (act.kind === 'REVOKE')
          for (const { access_token } of testApp.rows('select access_token from upstox_tokens'))
            broker.revoke(access_token);
        if (act.kind === 'LOG_OUT') await testApp.ask('mutation { logout { state } }');
        await compare();
      }
    }),
    { numRuns: repetitions(3, 12) },
  );
  expect(kept).toBeGreaterThan(50);
}, 240_000);

const istAt = (milliseconds: number): string =>
  new Date(milliseconds + 19_800_000).toISOString().slice(0, 19).replace('T', ' ');

test('an answer is given again while nothing changes, also to another key of the same role', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const ask = (query: string) => testApp.ask(query);
  await ask('{ ready }');
  const { answers: cache } = testApp.app;
  const before = cache.hits;
  await ask('{ ready }');
  expect(cache.hits).toBe(before + 1);
  await ask('{ __typename }');
  await ask('{ __typename }');
  await ask('{ caller { role } }');
  await ask('{ caller { role } }');
  expect(cache.hits).toBe(before + 1);
});

const answer = (body: string) => ({ answer: { status: 200, headers: {}, body }, isRepeatable: true });

const cacheOf = (revisions: { current: string | null }, until = 1000) => {
  const clock = { now: 0 };
  const nextChange = async () => new Date(until);
  const cache = new AnswerCache(
    {
      get current() {
        return revisions.current;
      },
      nextChange,
    },
    () => new Date(clock.now),
  );
  return { cache, clock };
};

test('an answer holds for one revision, until the next change by time, and not before it was made', async () => {
  const revisions = { current: 'a' as string | null };
  const { cache, clock } = cacheOf(revisions);
  let made = 0;
  const make = async () => {
    made += 1;
    return answer(String(made));
  };
  const ask = async () => (await cache.answer('key', make)).body;
  clock.now = 10;
  expect([await ask(), await ask()]).toEqual(['1', '1']);
  clock.now = 999;
  expect(await ask()).toBe('1');
  clock.now = 1000;
  expect([await ask(), await ask()]).toEqual(['2', '3']);
  clock.now = 9;
  expect([await ask(), await ask()]).toEqual(['4', '4']);
  revisions.current = 'b';
  expect([await ask(), await ask()]).toEqual(['5', '5']);
  revisions.current = null;
  expect([await ask(), await ask()]).toEqual(['6', '7']);
});

test('an answer during which anything changes is not kept', async () => {
  const revisions = { current: 'a' as string | null };
  const { cache } = cacheOf(revisions);
  await cache.answer('key', async () => {
    revisions.current = 'b';
    return answer('half from before');
  });
  revisions.current = 'a';
  expect((await cache.answer('key', async () => answer('whole'))).body).toBe('whole');
});

test('answers take no more memory than they may', async () => {
  const { cache } = cacheOf({ current: 'a' });
  for (let index = 0; index < 3000; index += 1)
    await cache.answer(String(index), async () => answer('x'.repeat(2000)));
  expect(cache.bytes).toBeLessThanOrEqual(4_000_000);
});
