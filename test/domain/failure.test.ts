import { expect, test } from 'vitest';
import {
  FAILURE_CODES,
  failureOfBrokerCode,
  isPassingCode,
  NEXT_ACTIONS,
} from '../../src/domain/run/failure.ts';

test('the broker’s codes mean', () => {
  const codes = [
    ...['1017069', '1017078', '1017125', 'UDAPI10005'],
    ...['1017106', '1017090', '1017016', '1017072'],
    ...['1017007', '1017076', '1017079', '1017084', '1017095', '1017105'],
    ...['UDAPI100058', 'UDAPI100068', 'UDAPI100069', 'UDAPI100070', 'UDAPI100073', 'UDAPI100016'],
    ...['UDAPI1123', 'UDAPI1124', 'UDAPI1155', 'UDAPI1157'],
    ...['UDAPI100057', 'UDAPI100500', '9999999', 'toString', ''],
  ];
  expect(
    Object.fromEntries(codes.map((code) => [code, failureOfBrokerCode(code) ?? null])),
  ).toMatchInlineSnapshot(`
    {
      "": null,
      "1017007": "THROTTLED",
      "1017016": "CREDENTIALS_REJECTED",
      "1017069": "THROTTLED",
      "1017072": "PAGE_CHANGED",
      "1017076": "THROTTLED",
      "1017078": "THROTTLED",
      "1017079": "THROTTLED",
      "1017084": "THROTTLED",
      "1017090": "CREDENTIALS_REJECTED",
      "1017095": "THROTTLED",
      "1017105": "THROTTLED",
      "1017106": "CREDENTIALS_REJECTED",
      "1017125": "THROTTLED",
      "9999999": null,
      "UDAPI100016": "APP_REJECTED",
      "UDAPI10005": "THROTTLED",
      "UDAPI100057": "CODE_SPENT",
      "UDAPI100058": "APP_REJECTED",
      "UDAPI100068": "APP_REJECTED",
      "UDAPI100069": "APP_REJECTED",
      "UDAPI100070": "APP_REJECTED",
      "UDAPI100073": "APP_REJECTED",
      "UDAPI100500": "BROKER_UNREACHABLE",
      "UDAPI1123": "APP_REJECTED",
      "UDAPI1124": "APP_REJECTED",
      "UDAPI1155": "APP_REJECTED",
      "UDAPI1157": "APP_REJECTED",
      "toString": null,
    }
  `);
});

test('one code passes by itself, and is no failure', () => {
  expect(isPassingCode('4000001')).toBe(true);
  expect(isPassingCode('1017069')).toBe(false);
  expect(failureOfBrokerCode('4000001')).toBeUndefined();
});

test('every failure says in whole sentences what to do', () => {
  for (const code of FAILURE_CODES) expect(NEXT_ACTIONS[code]).toMatch(/^[A-Z].{15,}\.$/);
});
