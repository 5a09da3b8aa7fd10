import { describe, expect, test } from 'vitest';
import { morningReportOf } from '../../src/domain/report/morning-report.ts';
import type { MorningReport, ReportForecast, ReportLogin } from '../../src/domain/report/report.ts';
import { reportLines } from '../../src/domain/report/report-text.ts';
import { tradingDayOf } from '../../src/domain/report/trading-day.ts';

const at = (time: string): Date => new Date(`2026-11-23T${time}+05:30`);

describe('the text of a report', () => {
  const login = (parts: Partial<ReportLogin>): ReportLogin => ({
    ...{ apiName: 'PRIMARY', begunAt: null, endedAt: null, outcome: 'STORED', confirmedAt: null },
    ...{ failure: null },
    ...parts,
  });
  const forecast = (parts: Partial<ReportForecast>): ReportForecast => ({
    ...{ at: at('05:00:00'), verdict: 'ON_TRACK', bell: at('09:00:00'), eta: null, etaWorst: null },
    ...{ probability: null, outcome: 'CAME_TRUE', lateMinutes: null },
    ...parts,
  });
  const empty = morningReportOf({
    ...{ accountId: 'UPSTOX_01', day: tradingDayOf('2026-11-23'), entries: [], begins: null, ends: null },
    verification: { valid: true, entries: 0, firstBadId: null, reason: null },
  });
  /** The lines that differ from those of an empty report. */
  const lines = (parts: Partial<MorningReport>) => {
    const usual = reportLines(empty);
    return reportLines({ ...empty, ...parts }).filter((line) => !usual.includes(line));
  };

  test('of nothing says so of every part', () => {
    expect(reportLines({ ...empty, unknowns: [] }).join('\n')).toMatchInlineSnapshot(`
      "UPSTOX_01, trading day 2026-11-23. Times are of India (IST).
      Bell not known; the gate never opened, as far as the audit says.
      The audit has no entry to tell from.

      Tokens
        No token was stored.

      Waits
        Nothing was waited for.

      Failures
        Nothing failed.

      Decisions of people
        None.

      Forecasts
        None.

      What else happened
        Nothing.

      What the audit does not know
        Nothing is missing."
    `);
  });

  test('tells a token with and without a login, confirmed or not', () => {
    const [begunAt, endedAt, confirmedAt] = [at('06:00:00'), at('06:01:00'), at('06:01:01')];
    expect(
      lines({
        logins: [
          login({ begunAt, endedAt, confirmedAt }),
          login({ begunAt: at('06:00:01'), endedAt }),
          login({ endedAt }),
        ],
      }),
    ).toMatchInlineSnapshot(`
      [
        "  06:01:00  PRIMARY       stored after 1 m 00 s, VALID at 06:01:01",
        "  06:01:00  PRIMARY       stored after 59 s, not confirmed by the broker",
        "  06:01:00  PRIMARY       stored without a login, not confirmed by the broker",
      ]
    `);
  });

  test('tells a failure by what is known of it', () => {
    const failed = { outcome: 'FAILED', endedAt: at('06:01:00') } as const;
    expect(
      lines({
        logins: [
          login({ ...failed, failure: { code: 'CAPTCHA', submitted: [], message: null } }),
          login({ ...failed, failure: { code: 'CAPTCHA', submitted: ['OTP', 'PIN'], message: 'It\nsays.' } }),
          login({ ...failed, confirmedAt: at('06:02:00') }),
        ],
      }),
    ).toMatchInlineSnapshot(`
      [
        "  06:01:00  PRIMARY       CAPTCHA; submitted: nothing",
        "  06:01:00  PRIMARY       CAPTCHA; submitted: OTP, PIN",
        "                          It says.",
        "  06:01:00  PRIMARY       code not known",
        "                          Its token was stored, and VALID at 06:02:00.",
      ]
    `);
  });

  test('tells a forecast with what came of it, and never 100 % of what had not come', () => {
    expect(
      lines({
        forecasts: [
          forecast({ eta: at('06:10:00'), probability: 0.999, lateMinutes: 0 }),
          forecast({ probability: 0.5, outcome: 'FAILED', lateMinutes: 1 }),
          forecast({ verdict: 'READY', probability: 1, lateMinutes: -2 }),
          forecast({ verdict: 'AT_RISK', outcome: 'NOT_KNOWN' }),
          forecast({ verdict: 'TOO_LATE', outcome: 'NOT_KNOWN' }),
        ],
      }),
    ).toMatchInlineSnapshot(`
      [
        "  05:00:00  ON_TRACK for 09:00, done about 06:10, 99 % likely",
        "            It came true; the gate opened at the minute it said.",
        "  05:00:00  ON_TRACK for 09:00, 50 % likely",
        "            It did not come true; the gate opened 1 min later than it said.",
        "  05:00:00  READY for 09:00",
        "            It came true; the gate opened 2 min earlier than it said.",
        "  05:00:00  AT_RISK for 09:00",
        "            It said neither yes nor no.",
        "  05:00:00  TOO_LATE for 09:00",
        "            Nothing to judge it by.",
      ]
    `);
  });

  test('keeps each line one line', () => {
    const message = 'Until 2026-11-23T03:30:00.000Z,\r\n\tas "a\u2028page" says. ';
    expect(lines({ decisions: [{ at: at('06:00:00'), apiName: null, message }] })).toEqual([
      '  06:00:00                Until 2026-11-23 09:00:00, as "a page" says.',
    ]);
  });
});
