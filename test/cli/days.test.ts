import { afterAll, beforeAll, expect, test } from 'vitest';
import { built } from '../support/built.ts';
import { Program } from '../support/program.ts';
import { environmentOf, openBroker, openTestApp, type TestApp, until } from '../support/test-app.ts';

let main: string;
let testApp: TestApp;
let program: Program;
beforeAll(async () => {
  main = await built('src/main.ts');
  testApp = await openTestApp({ apis: 1 });
  program = new Program(main);
});
afterAll(async () => {
  await program[Symbol.asyncDispose]();
  await testApp[Symbol.asyncDispose]();
});

const run = async (line: string) => {
  const env = { VEGA_PORT: new URL(testApp.url).port, VEGA_OPERATOR_KEY: testApp.app.operatorKey };
  const { code, out, err } = await program.run(line.split(' '), env);
  return { code, lines: out.trimEnd().split('\n'), err };
};

test('the calendar shows days with their source, and an entry of the operator', async () => {
  const { code, lines } = await run('calendar --from 2026-11-08 --to 2026-11-10');
  expect([code, lines]).toEqual([
    0,
    [
      'DATE        DAY  EXCHANGE  KIND     OPENS  CLOSES (IST)  SOURCE   DESCRIPTION',
      '2026-11-08  Sun  NSE       MUHURAT  -      -             SHIPPED  Diwali Laxmi Pujan: muhurat trading',
      '2026-11-08  Sun  BSE       MUHURAT  -      -             SHIPPED  Diwali Laxmi Pujan: muhurat trading',
      '2026-11-08  Sun  MCX       MUHURAT  -      -             SHIPPED  Diwali Laxmi Pujan: muhurat trading',
      '2026-11-09  Mon  NSE       NORMAL   09:15  15:30         SHIPPED',
      '2026-11-09  Mon  BSE       NORMAL   09:15  15:30         SHIPPED',
      '2026-11-09  Mon  MCX       NORMAL   09:00  23:55         SHIPPED',
      '2026-11-10  Tue  NSE       HOLIDAY  -      -             SHIPPED  Diwali Balipratipada',
      '2026-11-10  Tue  BSE       HOLIDAY  -      -             SHIPPED  Diwali Balipratipada',
      '2026-11-10  Tue  MCX       SPECIAL  17:00  23:55         SHIPPED  Diwali Balipratipada',
    ],
  ]);
  expect((await run('calendar set 2026-11-08 NSE MUHURAT 18:00 19:00 --note circular')).lines[1]).toBe(
    '2026-11-08  Sun  NSE       MUHURAT  18:00  19:00         OPERATOR  circular',
  );
  expect((await run('calendar clear 2026-11-08 NSE')).lines).toEqual(['The entry is removed.']);
  expect(await run('calendar show --from 2026-13-01')).toMatchObject({
    code: 3,
    err: expect.stringContaining('A date is a day of India such as 2026-11-08.'),
  });
  expect((await run('calendar refresh')).lines).toHaveLength(1 + 31 * 3);
});

test('a schedule is set, shown and removed', async () => {
  expect((await run('schedule')).lines.join(' ')).toMatch(/^No schedule: nothing starts by itself/);
  expect((await run('schedule set NSE MCX --before 120 --until 11:00 --jitter 0')).lines[0]).toBe(
    'on  120 min before the bell, TRADING_DAYS, NSE MCX, made up for until 11:00 IST',
  );
  const { lines } = await run('schedule set --at 06:10');
  expect(lines[0]).toBe('on  06:10 IST, TRADING_DAYS, NSE MCX, made up for until 11:00 IST');
  expect(lines[1]).toMatch(/^next {2}\d{4}-\d\d-\d\d 06:10:00 IST$/);
  expect((await run('schedule set --off')).lines).toEqual([
    'off  06:10 IST, TRADING_DAYS, NSE MCX, made up for until 11:00 IST',
    'next  -',
  ]);
  expect(await run('schedule set --at 03:00')).toMatchObject({
    code: 3,
    err: expect.stringContaining('--at is not before 03:30'),
  });
  const [before] = (await run('schedule')).lines;
  for (const figure of ['--before 90m', '--jitter abc', '--lead -5', '--before 1.5'])
    expect(await run(`schedule set ${figure}`)).toMatchObject({
      code: 3,
      err: expect.stringContaining('It should be a whole number.'),
    });
  expect((await run('schedule')).lines[0]).toBe(before);
  expect((await run('schedule remove')).lines).toEqual(['The schedule is removed.']);
  expect((await run('schedule remove')).lines).toEqual(['There was no schedule.']);
});

test('a server asks the broker for its lists when it begins', async () => {
  await using server = new Program(main);
  await using broker = await openBroker();
  server.start(['serve'], { ...environmentOf(broker, 1), VEGA_LOG_LEVEL: 'warn' });
  const asked = () => broker.log.filter(({ kind }) => kind === 'CALENDAR').map(({ detail }) => detail);
  await until('the lists to be asked for', () => asked().length >= 3);
  expect(asked()[0]).toBe('/v2/market/holidays');
  server.stop();
  expect(await server.exitCode()).toBe(0);
});
