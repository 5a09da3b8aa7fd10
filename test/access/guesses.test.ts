import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Guesses } from '../../src/http/guesses.ts';
import { holderOf } from '../support/callers.ts';
import { type Desk, openDesk } from '../support/desk.ts';

const ready = async (desk: Desk, key: string, address?: string): Promise<number> => {
  const response = await fetch(`${desk.url}/graphql`, {
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

const openLink = async (desk: Desk, link: string): Promise<number> => {
  const response = await fetch(`${desk.url}/login?link=${link}`);
  await response.text();
  return response.status;
};

test('whoever guesses links or keys locks no right key out and no right link', async () => {
  await using desk = await openDesk({ apis: 1 });
  const { key } = await holderOf(desk, { name: 'feed', role: 'SERVICE' });
  const link = desk.app.issueLoginPath().split('=')[1] ?? '';
  const links = [];
  for (let index = 0; index < 40; index += 1) links.push(await openLink(desk, `guess-${index}`));
  expect([links[0], links.at(-1)]).toEqual([401, 429]);
  // The budgets are apart: as many wrong keys are free as before.
  const keys = [];
  for (let index = 0; index < 40; index += 1) {
    keys.push(await ready(desk, `vega_service_${index}`));
    expect(await ready(desk, desk.app.operatorKey)).toBe(200);
    expect(await ready(desk, key)).toBe(200);
  }
  expect([keys[0], keys[19], keys.at(-1)]).toEqual([401, 401, 429]);
  expect(await openLink(desk, link)).toBe(200);
});

test('a trusted proxy’s address counts, whatever stands before it or is none; untrusted, nobody is believed', async () => {
  await using trusting = await openDesk({ apis: 1, env: { VEGA_TRUST_PROXY: 'true' } });
  let guesses = 0;
  const guessFrom = (desk: Desk, address: (index: number) => string): Promise<number[]> =>
    Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        guesses += 1;
        return ready(desk, `guess-${guesses}`, address(index));
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

  await using plain = await openDesk({ apis: 1 });
  expect(await guessFrom(plain, (index) => `10.7.0.${index}`)).toContain(429);
  expect(await ready(plain, plain.app.operatorKey, '10.7.0.1')).toBe(200);
});

test('an address has twenty wrong guesses and one a second, however they are spread', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 200 }), (pauses) => {
      let now = 0;
      const guesses = new Guesses(() => now);
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
