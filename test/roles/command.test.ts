import { expect, test } from 'vitest';
import { built } from '../support/built.ts';
import { plantToken } from '../support/plant.ts';
import { Program } from '../support/program.ts';
import { Screen } from '../support/screen.ts';
import { openTestApp } from '../support/test-app.ts';

const environmentOf = (testApp: Awaited<ReturnType<typeof openTestApp>>) => ({
  VEGA_PORT: new URL(testApp.url).port,
  VEGA_OPERATOR_KEY: testApp.app.operatorKey,
});

test('the command line assigns roles, and imports a token from a pipe without saying it', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  plantToken(testApp, 'PRIMARY');
  await testApp.client.tokenStatus({});
  await using program = new Program(await built('src/main.ts'));
  const vega = (line: string, input?: string) => program.run(line.split(' '), environmentOf(testApp), input);
  const assigned = await vega('roles assign WEBSOCKET1 SHARED PRIMARY');
  expect(assigned.out).toMatch(/WEBSOCKET1 +SHARED PRIMARY +VALID/);
  const refused = await vega('roles assign PRIMARY ANALYTICS');
  expect([refused.code, refused.err]).toEqual([3, expect.stringContaining('PRIMARY places the orders')]);
  const analytics = testApp.broker.issueYearlyToken('ANALYTICS');
  for (const input of [analytics, `ACCESS_TOKEN=${analytics}\n`]) {
    const { code, out, err } = await vega('roles import ANALYTICS OPTIONCHAIN1', input);
    expect(`${out}${err}`).not.toContain(analytics);
    expect([code, out]).toEqual([0, expect.stringMatching(/OPTIONCHAIN1 +ANALYTICS +VALID .*read-only/)]);
  }
  const listed = await vega('roles');
  expect([listed.code, listed.out]).toEqual([
    0,
    expect.stringMatching(/YEARLY TOKEN[\s\S]*ANALYTICS +[0-9a-f]{12}/),
  ]);
  expect((await vega('roles import PASTED PRIMARY', '')).err).toContain('ACCESS_TOKEN missing');
  expect((await vega('roles remove OPTIONCHAIN1')).out).toBe('OPTIONCHAIN1 is removed.\n');
});

test('an account without roles is told what to do, and does not count as one whose roles are all served', async () => {
  await using testApp = await openTestApp({ apis: 0, env: { LOGIN_CONFIG_SOURCE: 'DATABASE' } });
  await using program = new Program(await built('src/main.ts'));
  const { code, out } = await program.run(['roles', 'list'], environmentOf(testApp));
  expect([code, out]).toEqual([
    1,
    'The account has no roles yet: store an API app (vega-auth apis save), or assign a credential (vega-auth roles assign).\n',
  ]);
});

test('on a terminal the token is asked for, and nothing of it is seen', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const main = await built('src/main.ts');
  const pasted = testApp.broker.issueToken(testApp.broker.apps[0]?.clientId ?? '');
  testApp.guard('the pasted token', pasted);
  using screen = new Screen({
    ...{ columns: 100, rows: 40, directory: testApp.directory },
    env: environmentOf(testApp),
  });
  screen.type(`clear; ${process.execPath} ${main} roles import PASTED PRIMARY`);
  await screen.sees(/The access token/);
  screen.type(pasted);
  await screen.sees(/PRIMARY +PASTED +VALID/);
  expect(screen.text()).not.toContain(pasted.slice(0, 20));
});
