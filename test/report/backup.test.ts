import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { reportOfBackup, restoreDatabase } from '../../src/app.ts';
import { PROGRAM } from '../../src/cli/commands.ts';
import { readConfig } from '../../src/config.ts';
import { openTestApp, type TestApp, until } from '../support/test-app.ts';

/** A clock that runs on from a moment in India. */
const clockFrom = (moment: string): (() => Date) => {
  const [base, begun] = [Date.parse(`${moment}+05:30`), Date.now()];
  return () => new Date(base + Date.now() - begun);
};

const DATE = '2026-11-23';

const linesOf = async (app: TestApp, args = `(date: "${DATE}")`): Promise<readonly string[]> => {
  const { data, errors } = await app.ask(`{ morningReport${args} { lines } }`);
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data.morningReport.lines;
};

/** A morning with a token, a failure and a decision, told by a server with forecasts. */
const openAfterMorning = async (): Promise<TestApp> => {
  const clock = clockFrom(`${DATE}T08:00:00`);
  const simulator = { now: () => clock().getTime(), knobs: { rejectedApps: { 1: 'UDAPI100068' as const } } };
  const app = await openTestApp({ apis: 2, clock, simulator });
  app.app.beginForecasts();
  await until('the first forecast is written down', async () =>
    (await linesOf(app)).join().includes('AT_RISK'),
  );
  await app.generate('mode: ALL');
  await app.ask('mutation { acceptPartial { state } }');
  await until('the gate is told', async () => (await linesOf(app)).join().includes('the gate opened at'));
  return app;
};

test('a backup of the day gives the report of the live database byte by byte', async () => {
  await using app = await openAfterMorning();
  await until('READY is written down', async () => (await linesOf(app)).join().includes('READY for'));
  const { data } = await app.ask('mutation { backUpDatabase { name } }');
  const backup = path.join(app.directory, '.vega', 'backups', data.backUpDatabase.name);
  const bytes = readFileSync(backup);
  const backups = readdirSync(path.dirname(backup));
  const live = (await linesOf(app)).join('\n');
  expect(live).toContain('PRIMARY       stored after');
  expect(live).toContain('APP_REJECTED; submitted:');
  expect(live).toContain('The operator accepted the partial set until');
  expect(live).toMatch(/AT_RISK for 09:00[\s\S]*It said neither/);
  expect(live).toContain('The audit begins on 2026-11-23 08:00');
  expect(live).toMatch(/The audit ends at 2026-11-23 08:\S+ IST; what came after is not known/);

  const later = clockFrom('2026-11-24T10:00:00');
  const config = readConfig(app.env);
  const wish = { date: DATE };
  const read = await reportOfBackup(config, app.directory, backup, wish, later);
  expect(read.lines.join('\n')).toBe(live);
  expect(readFileSync(backup).equals(bytes)).toBe(true);
  expect(readdirSync(path.dirname(backup))).toEqual(backups);
  // The chain of the live database goes on as it was.
  expect((await app.ask('mutation { verifyAudit { valid } }')).data.verifyAudit.valid).toBe(true);

  await app.app[Symbol.asyncDispose]();
  await restoreDatabase(config, app.directory, backup);
  await using restored = await openTestApp({
    broker: app.broker,
    apis: 2,
    directory: app.directory,
    clock: later,
  });
  expect(await linesOf(restored)).toEqual(live.split('\n'));
});

test('where the audit cannot be read, its beginning is not known', async () => {
  await using app = await openTestApp({ apis: 1, clock: clockFrom(`${DATE}T08:00:00`) });
  app.change('alter table vega_audit_entries rename to moved_away');
  await expect(app.app.parts.database.auditBeginning()).rejects.toThrow('no such table');
  app.change('alter table moved_away rename to vega_audit_entries');
});

test('a changed entry is said in the report', async () => {
  await using app = await openAfterMorning();
  app.change('drop trigger vega_audit_entries_no_update');
  app.change("update vega_audit_entries set message = 'all was well' where kind = 'LOGIN_FAILED'");
  const lines = (await linesOf(app)).join('\n');
  expect(lines).toMatch(
    /The audit is not whole, so what is told here may be wrong\. Entry \d+ was changed or moved\./,
  );
  expect(lines).toContain('code not known');
});

test('a day that is none or has not begun is refused, and a day before the audit is not known', async () => {
  await using app = await openTestApp({ apis: 1, clock: clockFrom(`${DATE}T03:00:00`) });
  const codeOf = async (date: string) =>
    (await app.ask(`{ morningReport(date: "${date}") { date } }`)).errors?.[0].extensions.code;
  expect(await codeOf('2026-02-30')).toBe('BAD_USER_INPUT');
  // At three in the morning it is still the day before.
  expect(await codeOf(DATE)).toBe('BAD_USER_INPUT');
  expect((await app.ask('{ morningReport { date } }')).data.morningReport.date).toBe('2026-11-22');
  expect((await linesOf(app, '(date: "2026-11-20")')).join()).toContain(
    'after this day: nothing of it is known',
  );
});

test('the command prints the lines, and JSON', async () => {
  await using app = await openTestApp({ apis: 1, clock: clockFrom(`${DATE}T08:00:00`) });
  const command = PROGRAM.commands?.find(({ name }) => name === 'report');
  const run = async (options: Record<string, string | true>) => {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const env = { ...app.env, VEGA_PORT: new URL(app.url).port };
    const { signal } = new AbortController();
    const terminal = { env, workingDirectory: app.directory, input: new PassThrough(), out, err, signal };
    expect(await command?.run?.(terminal, options)).toBe(0);
    return String(out.read() ?? '');
  };
  expect(await run({ date: DATE })).toBe(`${(await linesOf(app)).join('\n')}\n`);
  expect(JSON.parse(await run({ json: true }))).toMatchObject({ date: DATE, logins: [] });
});
