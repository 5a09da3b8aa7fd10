import { describe, expect, test } from 'vitest';
import { type AuditKind, type StoredAuditEntry, toAuditEntry } from '../../src/domain/events/audit.ts';
import type { ReadinessVerdict } from '../../src/domain/readiness/readiness.ts';
import { morningReportOf } from '../../src/domain/report/morning-report.ts';
import type { ReportFacts } from '../../src/domain/report/report.ts';
import { reportLines } from '../../src/domain/report/report-text.ts';
import { tradingDayOf } from '../../src/domain/report/trading-day.ts';

const DAY = tradingDayOf('2026-11-23');
const at = (time: string): Date => new Date(`2026-11-23T${time}+05:30`);
const BELL = at('09:00:00');

let lastId = 0;
/** `time kind` of the account; of PRIMARY where the kind is one of a login. */
const entry = (text: string, message = ''): StoredAuditEntry => {
  const [time = '', kind = ''] = text.split(' ');
  lastId += 1;
  return {
    ...{ id: lastId, key: text, at: at(time), kind: kind as AuditKind, severity: 'INFO', component: 'AUTH' },
    ...{ message, accountId: 'UPSTOX_01', apiName: 'PRIMARY', correlationId: 'run-1' },
  };
};
const forecast = (time: string, verdict: ReadinessVerdict, eta: Date | null = null): StoredAuditEntry => {
  const facts = { verdict, bell: BELL, eta, etaWorst: null, probability: null };
  return { ...toAuditEntry('FORECAST', facts, {}, time, at(time)), id: 1 };
};
const report = (entries: readonly StoredAuditEntry[], parts: Partial<ReportFacts> = {}) =>
  morningReportOf({
    ...{ accountId: 'UPSTOX_01', day: DAY, entries, begins: new Date(0), ends: DAY.to },
    verification: { valid: true, entries: 1, firstBadId: null, reason: null },
    ...parts,
  });

test('a morning is told in the order of its time, and of the entries within one instant', () => {
  const entries = [
    ...['06:00:00 LOGIN_BEGUN', '06:00:01 TOKEN_STORED', '06:00:02 LOGGED_OUT', '06:00:02 ROLE_REMOVED'],
    ...['06:00:03 GATE_OPENED', '06:00:04 GATE_CLOSED'],
  ].map((text) => entry(text, text));
  const told = reportLines(report(entries));
  expect(told.indexOf('  06:00:02  PRIMARY       06:00:02 LOGGED_OUT')).toBeLessThan(
    told.indexOf('  06:00:02  PRIMARY       06:00:02 ROLE_REMOVED'),
  );
  for (const others of [entries.toReversed(), [...entries.slice(3), ...entries.slice(0, 3)]])
    expect(reportLines(report(others))).toEqual(told);
});

describe('a forecast', () => {
  const judged = (entries: readonly StoredAuditEntry[], ends: Date | null = DAY.to) => {
    const [first] = report([forecast('06:00:00', 'ON_TRACK', at('06:10:00')), ...entries], {
      ends,
    }).forecasts;
    return [first?.outcome, first?.lateMinutes];
  };

  test('came true with a gate that is open at the bell, whatever is done behind it', () => {
    const opened = [entry('06:20:00 GATE_OPENED')];
    expect(judged([...opened, entry('08:00:00 TOKEN_STORED')])).toEqual(['CAME_TRUE', 10]);
    expect(judged([entry('09:00:00 GATE_OPENED')])).toEqual(['CAME_TRUE', 170]);
    expect(judged([entry('06:00:00 GATE_OPENED')])).toEqual(['CAME_TRUE', -10]);
    expect(judged(opened, BELL)).toEqual(['CAME_TRUE', 10]);
    expect(judged(opened, new Date(BELL.getTime() - 1))).toEqual(['NOT_KNOWN', 10]);
    expect(judged(opened, null)).toEqual(['NOT_KNOWN', 10]);
  });

  test('is late by an opening of the gate, and not by its closing', () => {
    expect(judged([entry('06:15:00 GATE_CLOSED'), entry('06:20:00 GATE_OPENED')])).toEqual(['CAME_TRUE', 10]);
    expect(judged([entry('06:15:00 GATE_CLOSED')])).toEqual(['FAILED', null]);
    const [unsure] = report([forecast('06:00:00', 'ON_TRACK'), entry('06:20:00 GATE_OPENED')]).forecasts;
    expect(unsure?.lateMinutes).toBeNull();
  });
});

describe('what the audit does not know', () => {
  const unknowns = (parts: Partial<ReportFacts>, ...entries: readonly StoredAuditEntry[]) =>
    report([forecast('06:00:00', 'ON_TRACK'), ...entries], parts).unknowns;

  test('is nothing of a day that it holds whole, to the millisecond', () => {
    const beside = (moment: Date, ms: number) => new Date(moment.getTime() + ms);
    expect(unknowns({ begins: DAY.from, ends: DAY.to })).toEqual([]);
    expect(unknowns({ begins: beside(DAY.from, 1) })).toHaveLength(1);
    expect(unknowns({ ends: beside(DAY.to, -1) })).toHaveLength(1);
    const empty = (parts: Partial<ReportFacts>) => report([], parts).unknowns[0];
    expect(empty({ begins: DAY.to })).toMatch(/after this day/);
    expect(empty({ begins: beside(DAY.to, -1) })).toMatch(/what came before is not known/);
    expect(empty({ ends: beside(DAY.from, -1) })).toMatch(/before this day/);
    expect(empty({ ends: DAY.from })).toMatch(/has nothing of this day/);
  });

  test('is what came between its end and a restore that follows it', () => {
    const gap = (...entries: readonly StoredAuditEntry[]) =>
      unknowns({ ends: at('10:00:00') }, ...entries)[0];
    const open = /^The audit ends at 2026-11-23 10:00:00 IST; what came after/;
    expect(gap(entry('10:00:00 RESTORED'))).toMatch(/goes on at 2026-11-23 10:00:00 IST, after a restore/);
    expect(gap(entry('09:59:59 RESTORED'))).toMatch(open);
    expect(gap(entry('10:00:01 LOGGED_OUT'))).toMatch(open);
  });

  test('is what was seen at a failure that an older version wrote', () => {
    const failed = (message: string) => unknowns({}, entry('06:00:01 LOGIN_FAILED', message));
    const older = [
      'What was seen when PRIMARY failed at 06:00:01 IST is not in the audit: an older version wrote it.',
    ];
    expect(failed('In other words.')).toEqual(older);
    expect(failed('No token: CAPTCHA. Submitted to the broker by then: nothing.')).toEqual(older);
    expect(failed('No token: CAPTCHA. Submitted to the broker by then: nothing. Seen.')).toEqual([]);
  });

  test('is when a wait was over that nothing follows', () => {
    const lines = reportLines(report([entry('06:00:00 SPACING_BEGUN')]));
    expect(lines).toContain('  06:00:00  PRIMARY       OTP spacing: its end is not known');
  });
});
