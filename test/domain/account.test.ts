import { expect, test } from 'vitest';
import { mask } from '../../src/domain/account/account.ts';
import { byApiIndex } from '../../src/domain/account/api-config.ts';
import { API_NAMES, byApiOrder, isApiName } from '../../src/domain/account/api-name.ts';
import { Secret } from '../../src/domain/secret.ts';

test.each([
  ['AB1234', 'AB****'],
  ['Demo Trader', 'De*********'],
  ['A', 'A****'],
  ['', '****'],
])('%j is shown as %j', (text, shown) => {
  expect(mask(text)).toBe(shown);
});

test('APIs stand in the order of their names, PRIMARY first', () => {
  const shuffled = (['OPTIONCHAIN2', 'WEBSOCKET3', 'PRIMARY', 'OPTIONCHAIN1', 'WEBSOCKET1'] as const).map(
    (apiName) => ({ apiName }),
  );
  expect(shuffled.toSorted(byApiOrder).map(({ apiName }) => apiName)).toEqual([
    ...['PRIMARY', 'WEBSOCKET1', 'WEBSOCKET3', 'OPTIONCHAIN1', 'OPTIONCHAIN2'],
  ]);
});

test('apps stand by index, except that PRIMARY is first', () => {
  const names = ['WEBSOCKET1', 'OPTIONCHAIN2', 'PRIMARY', 'WEBSOCKET2'] as const;
  const apps = names.map((apiName, apiIndex) => ({
    apiIndex,
    apiName,
    clientId: `client-${apiIndex}`,
    clientSecret: new Secret('x'),
    redirectUri: 'http://localhost/callback',
    isPrimary: apiName === 'PRIMARY',
    enabled: true,
    source: 'ENV' as const,
  }));
  expect(
    apps
      .toReversed()
      .toSorted(byApiIndex)
      .map(({ apiName }) => apiName),
  ).toEqual([...['PRIMARY', 'WEBSOCKET1', 'OPTIONCHAIN2', 'WEBSOCKET2']]);
});

test('only the six names are names of APIs, as they are written', () => {
  expect([...API_NAMES, 'primary', ' PRIMARY', 'WEBSOCKET4', '', 'toString'].filter(isApiName)).toEqual([
    ...API_NAMES,
  ]);
});
