import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyGuessLimiter } from '../../src/services/access/key-guess-limiter.ts';
import { holderOf } from '../support/callers.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';

const ready = async (testApp: TestApp, key: string, address?: string): Promise<number> => {
  const response = await fetch(`${testApp.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${key}`,
      ...(address === undefined ? {} : { 'x-forwarded-for': address }),
    },
    body: '{"query":"{ ready }"}',
  });
  await response.text();
  return response.status;
};

const openLink = async (testApp: TestApp, link: string): Promise<number> => {
  const response = await fetch(`${testApp.url}/login?link=${link}`);
  await response.text();
  return response.status;
};

test('whoever guesses links or keys locks no right key out and no right link', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { key } = await holderOf(testApp, { name: 'feed', role: 'SERVICE' });
  const link = testApp.app.issueLoginPath().split('=')[1] ?? '';
  const links = [];
  for (let index = 0; index < 40; index += 1) links.push(await openLink(testApp, `guess-${index}`));
  expect([links[0], links.at(-1)]).toEqual([401, 429]);
  // The budgets are apart: as many wrong keys are free as before.
  const keys = [];
  for (let index = 0; index < 40; index += 1) {
    keys.push(await ready(testApp, `vega_service_${index}`));
    expect(await ready(testApp, testApp.app.operatorKey)).toBe(200);
    expect(await ready(testApp, key)).toBe(200);
  }
  expect([keys[0], keys[19], keys.at(-1)]).toEqual([401, 401, 429]);
  expect(await openLink(testApp, link)).toBe(200);
});

test('a chosen operator key shorter than 32 characters waits with the wrong guesses; a generated key never', async () => {
  const short = 'x'.repeat(31);
  await using testApp = await openTestApp({
    apis: 1,
    env: { VEGA_OPERATOR_KEY: short, VEGA_TRUST_PROXY: 'true' },
  });
  const { key } = await holderOf(testApp, { name: 'feed', role: 'SERVICE' });
  let guesses = 0;
  const guess = (): Promise<number> => {
    guesses += 1;
    return ready(testApp, `guess-${guesses}`, '10.0.0.1');
  };
  // A right guess waits as a wrong one does, so that trying goes no faster than one a second.
  await until('the right key to be held back', async () => {
    await Promise.all(Array.from({ length: 25 }, guess));
    return (await ready(testApp, short, '10.0.0.1')) === 429;
  });
  expect([await ready(testApp, key, '10.0.0.1'), await ready(testApp, short, '10.0.0.2')]).toEqual([
    200, 200,
  ]);
  const { systemHealth } = (await testApp.ask('{ systemHealth { config findings { message nextAction } } }'))
    .data;
  expect(systemHealth.config).toBe('DEGRADED');
  expect(systemHealth.findings).toContainEqual({
    message: 'VEGA_OPERATOR_KEY has fewer than 32 characters: it could be found by trying.',
    nextAction: 'Give it 32 random characters or more, or leave it out: vega-auth then makes one.',
  });
});

test('an operator key of 32 characters is let in among wrong guesses, and nothing warns of it', async () => {
  const long = 'x'.repeat(32);
  await using testApp = await openTestApp({ apis: 1, env: { VEGA_OPERATOR_KEY: long } });
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) => ready(testApp, `guess-${index}`)),
  );
  expect(answers).toContain(429);
  expect(await ready(testApp, long)).toBe(200);
  const { systemHealth } = (await testApp.ask('{ systemHealth { findings { message } } }')).data;
  expect(JSON.stringify(systemHealth)).not.toContain('VEGA_OPERATOR_KEY');
});

test('a trusted proxy’s address counts, whatever stands before it or is none; untrusted, nobody is believed', async () => {
  await using trusting = await openTestApp({ apis: 1, env: { VEGA_TRUST_PROXY: 'true' } });
  let guesses = 0;
  const guessFrom = (testApp: TestApp, address: (index: number) => string): Promise<number[]> =>
    Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        guesses += 1;
        return ready(testApp, `guess-${guesses}`, address(index));
      }),
    );
  expect(await guessFrom(trusting, (index) => `10.1.1.${index}, 10.0.0.2`)).toContain(429);
  expect(await guessFrom(trusting, (index) => `10.0.0.3:${40_000 + index}`)).toContain(429);
  expect(await guessFrom(trusting, (index) => `[2001:db8::${index + 1}]:443`)).toContain(429);
  expect(await guessFrom(trusting, (index) => `${index % 2 === 0 ? '::ffff:' : ''}10.0.0.4`)).toContain(429);
  // What is no address is the proxy's own: a name for each guess would be a budget for each.
  expect(await guessFrom(trusting, (index) => `nobody-${index}`)).toContain(429);
  expect(await guessFrom(trusting, (index) => `10.7.0.${index}`)).not.toContain(429);
  expect(await ready(trusting, trusting.app.operatorKey, '10.0.0.2')).toBe(200);

  await using plain = await openTestApp({ apis: 1 });
  expect(await guessFrom(plain, (index) => `10.7.0.${index}`)).toContain(429);
  expect(await ready(plain, plain.app.operatorKey, '10.7.0.1')).toBe(200);
});

test('an address has twenty wrong guesses and one a second, however they are spread', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 200 }), (pauses) => {
      let now = 0;
      const guesses = new KeyGuessLimiter(() => now);
      let allowed = 0;
      for (const [index, pause] of pauses.entries()) {
        now += pause;
        const wait = guesses.noteWrong('10.0.0.1', `${index}`.padStart(16, '0'));
        if (wait === 0) allowed += 1;
        // The first twenty are free, and whoever waits as long as told is allowed the next.
        if (index < 20 || pause >= 1000) expect(wait).toBe(0);
        expect(allowed).toBeLessThanOrEqual(20 + Math.floor(now / 1000));
      }
    }),
  );
});
