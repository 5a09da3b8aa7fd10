import { expect, test } from 'vitest';
import { readStaticAddresses } from '../src/config/static-addresses.ts';
import { environmentOf, openBroker, openTestApp, type TestApp } from './support/test-app.ts';

const LOOK = '{ systemHealth(thorough: true) { findings { component message } details { component text } } }';

const look = async (app: TestApp): Promise<string> => {
  const { findings, details } = (await app.ask(LOOK)).data.systemHealth;
  return [
    ...findings.map(({ message }: { message: string }) => `! ${message}`),
    ...details.map(({ text }: { text: string }) => text),
  ].join('\n');
};

const asked = (app: TestApp) => app.broker.log.filter(({ kind }) => kind === 'STATIC_ADDRESSES');

test('the setting is read, in every spelling of an address', () => {
  expect(readStaticAddresses('UPSTOX_01=203.0.113.7+2001:DB8:0::1, UPSTOX_02 = 203.0.113.9')).toEqual([
    { accountId: 'UPSTOX_01', addresses: ['203.0.113.7', '2001:db8::1'] },
    { accountId: 'UPSTOX_02', addresses: ['203.0.113.9'] },
  ]);
  expect(readStaticAddresses('')).toEqual([]);
  for (const wrong of [
    '203.0.113.7',
    'A=',
    'A=1.2.3',
    'A=1.2.3.256',
    'A=1.1.1.1+2.2.2.2+3.3.3.3',
    'A=1.1.1.1,A=2.2.2.2',
    'A=host.example',
  ])
    expect([wrong, readStaticAddresses(wrong)]).toEqual([wrong, null]);
});

test('registered addresses are compared with the given ones, and never changed', async () => {
  const knobs = { staticAddresses: ['203.0.113.7'] };
  const env = { VEGA_STATIC_ADDRESSES: 'UPSTOX_01=203.0.113.7' };
  await using app = await openTestApp({ apis: 1, simulator: { knobs }, env });
  expect(await look(app)).toContain('UPSTOX_01: the broker does not tell its addresses; not known.');
  expect(asked(app)).toEqual([]);
  await app.generate('mode: ALL');
  const same = await look(app);
  expect(same).toContain('UPSTOX_01: the broker has registered 203.0.113.7, as given.');
  expect(same).toContain('From which address the broker sees this machine is not known');
  expect(same).toContain('One address belongs to one customer');
  expect(asked(app)).toMatchObject([{ accepted: true }]);
  expect(app.broker.log.filter(({ detail }) => detail?.includes('PUT'))).toEqual([]);
});

test('a desk of one account that gives no addresses hears what is known of them', async () => {
  await using app = await openTestApp({ apis: 1 });
  expect(await look(app)).toContain('A change of address ends the tokens.');
  expect(asked(app)).toEqual([]);
});

test('another registered address is a finding, and a broker without the call leaves it unknown', async () => {
  await using other = await openTestApp({
    apis: 1,
    simulator: { knobs: { staticAddresses: ['203.0.113.8', '203.0.113.9'] } },
    env: { VEGA_STATIC_ADDRESSES: 'UPSTOX_01=203.0.113.7,UPSTOX_07=203.0.113.6' },
  });
  await other.generate('mode: ALL');
  const found = await look(other);
  expect(found).toContain(
    '! UPSTOX_01: VEGA_STATIC_ADDRESSES names 203.0.113.7, and the broker has registered 203.0.113.8 and 203.0.113.9.',
  );
  expect(found).toContain('! VEGA_STATIC_ADDRESSES names UPSTOX_07; there is no such account.');
  await using silent = await openTestApp({
    apis: 1,
    simulator: { knobs: { staticAddresses: null } },
    env: { VEGA_STATIC_ADDRESSES: 'UPSTOX_01=203.0.113.7' },
  });
  await silent.generate('mode: ALL');
  expect(await look(silent)).toContain('UPSTOX_01: the broker does not tell its addresses; not known.');
});

test('two accounts with one address are warned of', async () => {
  await using broker = await openBroker();
  const second = Object.fromEntries(
    Object.entries(environmentOf(broker, 1))
      .filter(([name]) => /^UPSTOX_(MOBILE|PIN|TOTP|REDIRECT|CLIENT)/.test(name))
      .map(([name, value]) => [name.replace('UPSTOX_', 'UPSTOX_2_'), value]),
  );
  const env = {
    ...second,
    UPSTOX_2_MOBILE_NUMBER: '9812345670',
    UPSTOX_2_CLIENT_ID_0: 'client-of-the-second-account',
  };
  const given = 'UPSTOX_01=203.0.113.7,UPSTOX_02=203.0.113.7';
  await using app = await openTestApp({ broker, apis: 1, env: { ...env, VEGA_STATIC_ADDRESSES: given } });
  expect(await look(app)).toContain(
    '! VEGA_STATIC_ADDRESSES names 203.0.113.7 for UPSTOX_01 and UPSTOX_02; the broker gives an address to one customer.',
  );
});
