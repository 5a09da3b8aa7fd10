import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromText, fromWallTime, IST, isZone, toWallTime } from '../../src/domain/wall-time.ts';

const ZONES = [
  ...[IST, 'UTC', 'Europe/Berlin', 'Europe/London', 'America/New_York', 'America/St_Johns', 'Asia/Tehran'],
  ...['Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia', 'Pacific/Chatham', 'Africa/Casablanca'],
  ...['Pacific/Kiritimati', 'Pacific/Midway', 'America/Sao_Paulo', 'Antarctica/Troll', 'Asia/Gaza'],
];

const seconds = fc
  .integer({ min: Date.parse('1990-01-01T00:00:00Z') / 1000, max: Date.parse('2060-01-01T00:00:00Z') / 1000 })
  .map((second) => new Date(second * 1000));

/** Every quarter of an hour of the days around a change of the clocks. */
const around = (instant: string): Date[] =>
  Array.from({ length: 4 * 24 * 4 }, (_, step) => new Date(Date.parse(instant) + (step - 192) * 900_000));

test.each([
  ['2026-11-17T22:00:00Z', IST, '2026-11-18 03:30:00'],
  ['2026-11-17T18:30:00Z', IST, '2026-11-18 00:00:00'],
  ['2026-11-17T18:29:59.999Z', IST, '2026-11-17 23:59:59'],
  ['2028-02-29T12:00:00Z', IST, '2028-02-29 17:30:00'],
  ['2026-07-01T12:00:00Z', 'Europe/Berlin', '2026-07-01 14:00:00'],
  ['2026-01-01T12:00:00Z', 'Europe/Berlin', '2026-01-01 13:00:00'],
  ['2026-01-01T00:00:00Z', 'Asia/Kathmandu', '2026-01-01 05:45:00'],
  ['2026-01-01T00:00:00Z', 'Pacific/Kiritimati', '2026-01-01 14:00:00'],
])('%s is seen in %s as %s, and read back', (instant, zone, text) => {
  expect(toWallTime(new Date(instant), zone)).toBe(text);
  expect(fromWallTime(text, zone)).toEqual(new Date(Math.floor(Date.parse(instant) / 1000) * 1000));
});

test.each([
  ['2026-11-18 03:30', '2026-11-17T22:00:00Z'],
  ['2026-11-18T03:30:00', '2026-11-17T22:00:00Z'],
  ['2026-11-18 03:30:00.0', '2026-11-17T22:00:00Z'],
  ['2026-11-18T03:30:00.123456', '2026-11-17T22:00:00Z'],
  ['  2026-11-18 03:30:00\n', '2026-11-17T22:00:00Z'],
])('%j is understood', (text, instant) => {
  expect(fromWallTime(text, IST)).toEqual(new Date(instant));
});

test.each([
  ...['', 'soon', 'null', '1795314605000', '2026-11-18', '2026-11-18 3:30:00', '18-11-2026 03:30:00'],
  ...['2026/11/18 03:30:00', '2026-02-29 03:30:00', '2026-13-01 03:30:00', '2026-00-10 03:30:00'],
  ...['2026-11-31 03:30:00', '2026-11-18 24:00:00', '2026-11-18 03:60:00', '2026-11-18 03:30:60'],
  ...['2026-11-18T03:30:00Z', '2026-11-18T03:30:00+05:30', '0050-01-01 00:00:00', '２０２６-11-18 03:30:00'],
  ...["2026-11-18 03:30:00'; drop table upstox_tokens", '2026-11-18 03:30:00 2026-11-18 03:30:00'],
])('%j is no time', (text) => {
  expect(fromWallTime(text, IST)).toBeNull();
});

test.each([
  ...['2026-11-29T03:30+05:30[Asia/Kolkata]', '2026-11-29T03:30:00+05:30', '2026-11-29 03:30:00.000+0530'],
  ...['2026-11-28T22:00:00.000Z', '2026-11-28 22:00:00z', '2026-11-28T22:00:00+00:00', '2026-11-28T22:00Z'],
  ...['2026-11-29 03:30:00 +0530 IST', '2026-11-28T17:00:00-05', '2026-11-29T03:30[Asia/Kolkata]'],
  ...['1795903200000', '1795903200', ' 1795903200000 ', '1795903200000.0', '2026-11-29 03:30:00'],
])('%j means one instant, however it is written', (text) => {
  expect(fromText(text, IST)).toEqual(new Date('2026-11-28T22:00:00Z'));
});

test.each([
  ...[
    '',
    'soon',
    'null',
    '0',
    '-1',
    '28',
    '2026-11-28',
    '2026-11-28 22:00:00 UTC',
    '2026-11-28 22:00:00 IST',
  ],
  ...[
    '2026-11-28T22:00:00+19:00',
    '2026-11-28T22:00:00+05:60',
    '2026-02-29T22:00:00Z',
    '22:00:00Z',
    'Z',
    '[UTC]',
  ],
  ...[
    '2026-11-29T03:30[Nowhere/At_All]',
    '2026-11-28T22:00:00Z[',
    'NaN',
    '1e13',
    '202611290330',
    '20261129033000',
  ],
])('%j says nothing, and is not guessed at', (text) => {
  expect(fromText(text, IST)).toBeNull();
});

describe('whatever is written', () => {
  test('in India comes back as the same second', () => {
    fc.assert(
      fc.property(seconds, (instant) => {
        expect(fromWallTime(toWallTime(instant, IST), IST)).toEqual(instant);
      }),
    );
  });

  test('anywhere comes back as a second that shows the same time, and never a later one', () => {
    fc.assert(
      fc.property(seconds, fc.constantFrom(...ZONES), (instant, zone) => {
        const text = toWallTime(instant, zone);
        const back = fromWallTime(text, zone);
        expect(back).not.toBeNull();
        expect(back?.getTime()).toBeLessThanOrEqual(instant.getTime());
        expect(toWallTime(back ?? new Date(0), zone)).toBe(text);
      }),
    );
  });

  test.each([
    ['Europe/Berlin', '2026-10-25T01:00:00Z'],
    ['Europe/Berlin', '2026-03-29T01:00:00Z'],
    ['America/New_York', '2026-11-01T06:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
    ['Antarctica/Troll', '2026-03-29T01:00:00Z'],
    ['Pacific/Apia', '2011-12-30T10:00:00Z'],
    ['Asia/Kolkata', '2026-03-29T01:00:00Z'],
  ])('in %s in the days around %s comes back as the first second that shows it', (zone, change) => {
    const first = new Map<string, Date>();
    const instants = around(change);
    for (const instant of instants) {
      const text = toWallTime(instant, zone);
      first.set(text, first.get(text) ?? instant);
    }
    for (const [text, instant] of first) expect([text, fromWallTime(text, zone)]).toEqual([text, instant]);
  });
});

describe('where the clocks change', () => {
  test('a time shown twice is the earlier one, so that no token looks valid for longer than it is', () => {
    expect(fromWallTime('2026-10-25 02:30:00', 'Europe/Berlin')).toEqual(new Date('2026-10-25T00:30:00Z'));
    expect(fromWallTime('2026-11-01 01:59:59', 'America/New_York')).toEqual(new Date('2026-11-01T05:59:59Z'));
  });

  test('a time that is skipped is read with the offset from before', () => {
    expect(fromWallTime('2026-03-29 02:30:00', 'Europe/Berlin')).toEqual(new Date('2026-03-29T01:30:00Z'));
    expect(fromWallTime('2026-03-08 02:00:00', 'America/New_York')).toEqual(new Date('2026-03-08T07:00:00Z'));
    expect(fromWallTime('2011-12-30 12:00:00', 'Pacific/Apia')).toEqual(new Date('2011-12-30T22:00:00Z'));
  });
});

test('a zone is one that Intl knows', () => {
  expect(
    ['Asia/Kolkata', 'asia/calcutta', 'UTC', '', 'IST2', 'Asia/Bombay', 'India', '../etc/localtime'].map(
      (zone) => [zone, isZone(zone)],
    ),
  ).toEqual([
    ['Asia/Kolkata', true],
    ['asia/calcutta', true],
    ['UTC', true],
    ['', false],
    ['IST2', false],
    ['Asia/Bombay', false],
    ['India', false],
    ['../etc/localtime', false],
  ]);
});
