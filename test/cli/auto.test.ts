import { beforeAll, expect, test } from 'vitest';
import { listing } from '../recipes/listings.ts';
import { built } from '../support/built.ts';
import { documentText } from '../support/documents.ts';
import { plantToken } from '../support/plant.ts';
import { Program } from '../support/program.ts';
import {
  environmentOf,
  openBroker,
  openTestApp,
  refuseLeaks,
  secretsOf,
  until,
} from '../support/test-app.ts';

let main: string;
beforeAll(async () => {
  main = await built('src/main.ts');
});

const QUIET = { VEGA_LOG_LEVEL: 'error' };

test('--mode=auto waits a cooldown out, makes six tokens, and says so in one line', async () => {
  const otpLimit = { count: 3, withinMs: 600_000 };
  await using broker = await openBroker({ knobs: { otpLimit } });
  await using program = new Program(main);
  const env = { ...environmentOf(broker), ...QUIET, VEGA_COOLDOWN_SECONDS: '8' };
  const running = program.run(['--mode=auto'], env);
  const isThrottled = () => broker.log.some(({ kind, accepted }) => kind === 'OTP_GENERATE' && !accepted);
  await until('the broker to refuse an OTP', isThrottled, 40_000);
  otpLimit.count = 100;
  const { code, out, err } = await running;
  expect([code, out, err]).toEqual([
    0,
    'vega-auth UPSTOX_01: 6 of 6 tokens valid until 03:30 IST (in this process)\n',
    '',
  ]);
  expect((await program.run(['audit', '--json', '--first', '200'], env)).out).toContain('COOLDOWN_BEGUN');

  const again = await program.run(['--mode=auto', '--json'], env);
  expect([again.code, JSON.parse(again.out).counts.valid]).toEqual([0, 6]);
  refuseLeaks(
    again.out + out + err,
    secretsOf(env, null, () => []),
  );
});

test('--mode=auto ends 1 and names the app that the broker rejects, with the others made', async () => {
  await using broker = await openBroker({ scenario: 'app-rejected' });
  await using program = new Program(main);
  const { code, out, err } = await program.run(['--mode=auto'], { ...environmentOf(broker, 3), ...QUIET });
  expect([code, out]).toEqual([
    1,
    'vega-auth UPSTOX_01: 2 of 3 tokens valid until 03:30 IST; WEBSOCKET2 APP_REJECTED (in this process)\n',
  ]);
  expect(err).toMatch(/^WEBSOCKET2: APP_REJECTED\. .*\n {2}Open the broker's developer page/);
});

test.each([
  ['captcha', 'CAPTCHA'],
  ['wrong-pin', 'CREDENTIALS_REJECTED'],
] as const)('--mode=auto ends 2 where a person is needed (%s)', async (scenario, failure) => {
  await using broker = await openBroker({ scenario });
  await using program = new Program(main);
  const env = { ...environmentOf(broker, 2), ...QUIET };
  const { code, out, err } = await program.run(['--mode=auto'], env);
  expect([code, out]).toEqual([2, expect.stringContaining(`0 of 2 tokens valid; PRIMARY ${failure}`)]);
  expect(err).toContain(`PRIMARY: ${failure}. `);
  expect((await program.run(['status'], env)).code).toBe(2);
});

test('--mode=auto ends 2 where a new token ends the one before, says why, and does not go round in circles', async () => {
  await using broker = await openBroker({ scenario: 'one-token' });
  await using program = new Program(main);
  const env = { ...environmentOf(broker, 2), ...QUIET };
  const why = 'PRIMARY: TOKEN_ENDED. Making WEBSOCKET1 ended the token of PRIMARY';
  const { code, out, err } = await program.run(['--mode=auto'], env);
  expect([code, out]).toEqual([2, expect.stringContaining('1 of 2 tokens valid')]);
  expect([out, err]).toEqual([expect.stringContaining('PRIMARY TOKEN_ENDED'), expect.stringContaining(why)]);
  const logins = broker.log.filter(({ kind }) => kind === 'PIN').length;

  const again = await program.run(['--mode=auto'], env);
  expect([again.code, again.err]).toEqual([2, expect.stringContaining(why)]);
  expect((await program.run(['status'], env)).code).toBe(2);
  expect(broker.log.filter(({ kind }) => kind === 'PIN')).toHaveLength(logins);
  expect(logins).toBe(2);
});

test('--mode=auto ends 3 with every mistake of the configuration, and asks nobody', async () => {
  await using program = new Program(main);
  const { code, out, err } = await program.run(['--mode=auto'], { VEGA_PORT: '65536' });
  expect([code, out]).toEqual([3, '']);
  expect(err).toMatch(/UPSTOX_PIN: is missing[\s\S]*VEGA_PORT: should be/);
});

test('Ctrl-C ends a run at a safe point and says what had been submitted', async () => {
  await using broker = await openBroker({ scenario: 'hang' });
  await using program = new Program(main);
  program.start(['generate'], { ...environmentOf(broker, 2), ...QUIET });
  await until('the mobile number to be submitted', () =>
    broker.log.some(({ kind }) => kind === 'OTP_GENERATE'),
  );
  program.stop();
  expect(await program.exitCode()).toBe(1);
  expect(program.said).toContain('Aborting at the next safe point; Ctrl-C once more ends at once.');
  expect(program.said).toMatch(/Aborted: 0 of 2 made\. Submitted in this run: PRIMARY \(MOBILE\)\.\n/);
  expect(program.said).toContain('0 of 2 made, ABORTED.');
});

test('beside a server there is one browser and one winner, and the other is told who', async () => {
  await using testApp = await openTestApp({ apis: 1, simulator: { scenario: 'hang' } });
  await using sameServer = new Program(main);
  await using elsewhere = new Program(main);
  const env = { ...environmentOf(testApp.broker, 1), ...QUIET };
  const key = { VEGA_PORT: new URL(testApp.url).port, VEGA_OPERATOR_KEY: testApp.app.operatorKey };
  const { id } = await testApp.client.generateTokens({ mode: 'ALL' });
  await until('the browser to be taken', () => testApp.broker.log.some(({ kind }) => kind === 'DIALOG'));

  const refused = await sameServer.run(['generate', '--json'], { ...env, ...key });
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.out).error).toMatchObject({
    code: 'RUN_IN_PROGRESS',
    message: expect.stringContaining(id),
  });
  expect(refused.err).toContain(`through the server on ${testApp.url}`);

  // A process of the same machine, as far as the one browser goes: the lock lies where the server's does.
  const lock = { TMPDIR: testApp.directory };
  const { rename } = await import('node:fs/promises');
  await rename(`${testApp.directory}/browser.lock`, `${testApp.directory}/vega-auth-browser.lock`);
  const busy = await elsewhere.run(['generate'], { ...env, ...lock, VEGA_PORT: '0' });
  expect(busy.code).toBe(1);
  expect(busy.err).toMatch(
    new RegExp(
      `The browser is taken by process ${process.pid} in ${testApp.directory}, since .*Wait until that run ends`,
    ),
  );

  const aborted = await sameServer.run(['abort', '--json'], { ...env, ...key });
  expect([aborted.code, JSON.parse(aborted.out)]).toMatchObject([0, { id, status: 'ABORTED' }]);
});

test('what a server refuses is not gone around', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  plantToken(testApp, 'PRIMARY');
  await using program = new Program(main);
  const env = { ...environmentOf(testApp.broker, 1), ...QUIET, VEGA_PORT: new URL(testApp.url).port };
  const none = await program.run(['status'], env);
  expect([none.code, none.out, none.err]).toEqual([
    3,
    '',
    expect.stringContaining('there is no key for it here'),
  ]);
  const wrong = await program.run(['status'], { ...env, VEGA_OPERATOR_KEY: 'wrong-key-1234' });
  expect([wrong.code, wrong.out, wrong.err]).toEqual([3, '', expect.stringContaining('refuses the key')]);
  const doctor = await program.run(['doctor'], { ...env, VEGA_OPERATOR_KEY: 'wrong-key-1234' });
  expect([doctor.code, doctor.out]).toEqual([3, expect.stringMatching(/Operator key +does not work/)]);
  const right = await program.run(['status'], { ...env, VEGA_OPERATOR_KEY: testApp.app.operatorKey });
  expect([right.code, right.err]).toEqual([0, `vega-auth: through the server on ${testApp.url}\n`]);
});

test('what the documents have systemd and cron run makes the tokens, and says one line', async () => {
  const [, cron = ''] = /&& vega-auth (.*?) >> morning\.log/.exec(documentText('docs/operations.md')) ?? [];
  const [, unit = ''] =
    /^ExecStart=\/usr\/bin\/env vega-auth (.*)$/m.exec(listing('vega-morning.service')) ?? [];
  expect(listing('vega-morning.timer')).toMatch(/^OnCalendar=\*-\*-\* \d\d:\d\d Asia\/Kolkata$/m);
  await using broker = await openBroker();
  await using program = new Program(main);
  const env = { ...environmentOf(broker, 1), ...QUIET };
  for (const args of [unit, cron]) {
    const { code, out, err } = await program.run(args.split(' '), env);
    expect([code, out.split('\n').length, err]).toEqual([0, 2, '']);
  }
});
