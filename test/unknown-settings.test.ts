import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readConfig, unknownSettings } from '../src/config.ts';
import { rowsOf } from './support/documents.ts';
import { environmentOf, openBroker } from './support/test-app.ts';

/** Every setting of the documents, with numbers in place of its letters. */
const SETTINGS = rowsOf('docs/operations.md', 'Settings').flatMap(([cell = '']) =>
  [...cell.matchAll(/\b(?:UPSTOX|VEGA|LOGIN_CONFIG)_[A-Z_a-z]*[A-Za-z]/g)].map(([name]) =>
    name.replace(/_n$/, '_3').replace(/_k_/, '_2_'),
  ),
);

test('no setting that there is counts as unknown', () => {
  expect(SETTINGS.length).toBeGreaterThan(40);
  expect(unknownSettings(Object.fromEntries(SETTINGS.map((name) => [name, 'x'])))).toEqual([]);
});

test('a name with a letter wrong is told with the one that is meant', () => {
  const letters = fc.constantFrom(...'ABCXYZ_');
  const names = fc.constantFrom(...SETTINGS.filter((name) => !/\d/.test(name)));
  fc.assert(
    fc.property(names, fc.nat(), letters, fc.constantFrom(0, 1), (name, at, letter, cut) => {
      const index = 7 + (at % (name.length - 7));
      const wrong = name.slice(0, index) + letter + name.slice(index + cut);
      fc.pre(!SETTINGS.includes(wrong) && /^(VEGA|UPSTOX|LOGIN_CONFIG)_/.test(wrong));
      const [told] = unknownSettings({ [wrong]: 'x' });
      expect(told?.variable).toBe(wrong);
      expect(told?.message).toContain('did you mean ');
    }),
  );
});

test.each([
  ['VEGA_DB_PTH', 'VEGA_DB_PATH'],
  ['vega_port', 'VEGA_PORT'],
  ['UPSTOX_2_PINN', 'UPSTOX_2_PIN'],
  ['UPSTOX_2_HEADLESS', 'UPSTOX_HEADLESS'],
  ['upstox_pni', 'UPSTOX_PIN'],
  ['UPSTOX_CLIENT_SECRT_4', 'UPSTOX_CLIENT_SECRET_4'],
  ['UPSTOX_REDIRECT_URL', 'UPSTOX_REDIRECT_URI'],
])('%s may be meant as %s', (variable, meant) => {
  const message = `is no setting, and nothing reads it; did you mean ${meant}?`;
  expect(unknownSettings({ [variable]: 'x' })).toEqual([{ variable, message }]);
});

test('names of other programs, and empty ones, are left alone; ours are not', () => {
  const others = { UPSTOX_ACCESS_TOKEN: 'x', UPSTOX_API_KEY: 'x', PATH: '/bin', VEGA_PROT: ' ' };
  expect(unknownSettings(others)).toEqual([]);
  expect(unknownSettings({ VEGA_SOMETHING_ELSE: 'x' })).toEqual([
    { variable: 'VEGA_SOMETHING_ELSE', message: 'is no setting, and nothing reads it' },
  ]);
});

test('a mistyped name is told beside what is missing, and never its value', async () => {
  await using broker = await openBroker();
  const { UPSTOX_PIN: pin, ...env } = environmentOf(broker, 1);
  expect(readConfig({ ...env, UPSTOX_PIN: pin, VEGA_PROT: '1' }).unknown).toHaveLength(1);
  expect(() => readConfig({ ...env, UPSTOX_PINN: '918273' })).toThrow(
    /2 mistakes:\n {2}UPSTOX_PIN: is missing.*\n {2}UPSTOX_PINN: is no setting, .*did you mean UPSTOX_PIN\?$/,
  );
  expect(() => readConfig({ ...env, UPSTOX_PINN: '918273' })).not.toThrow(/918273/);
});
