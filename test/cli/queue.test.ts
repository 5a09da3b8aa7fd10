import { expect, test } from 'vitest';
import { fillQueue, openSlowBroker, SPACED_ENVIRONMENT } from '../accounts/queue-shown.ts';
import { built } from '../support/built.ts';
import { Screen } from '../support/screen.ts';
import { openTestApp, readText } from '../support/test-app.ts';

/** What differs from one run to the next. */
const masked = (text: string): string =>
  text.replace(/\b\d\d:\d\d:\d\d\b/g, 'HH:MM:SS').replace(/\b\d:\d\d\b/g, 'M:SS');

test('queue and status say who has the browser, who waits, for what and until when', async () => {
  const main = await built('src/main.ts');
  const { broker, stopAnswering } = await openSlowBroker();
  await using _broker = broker;
  await using testApp = await openTestApp({ broker, apis: 2, env: SPACED_ENVIRONMENT });
  using screen = new Screen({
    columns: 80,
    rows: 60,
    directory: testApp.directory,
    env: { VEGA_PORT: new URL(testApp.url).port, VEGA_OPERATOR_KEY: testApp.app.operatorKey },
  });
  const vega = async (command: string) => {
    const said = await screen.run(`${process.execPath} ${main} ${command}`);
    return said.replace(/^vega-auth: through the server on .*\n/m, '');
  };
  const empty = await vega('queue');
  expect(empty).toMatchInlineSnapshot(`
    "Browser: free
    Nobody waits for it.
    [exit 0]
    "
  `);
  expect(await vega('status')).not.toContain('Browser:');
  await fillQueue(testApp, stopAnswering);
  expect(masked(await vega('queue'))).toMatchInlineSnapshot(`
    "Browser: UPSTOX_02, PRIMARY: typing the PIN, since HH:MM:SS IST

    #  ACCOUNT    API         WAITS FOR        SINCE         GOES ON       IN
    1  UPSTOX_01  WEBSOCKET1  the OTP spacing  HH:MM:SS IST  HH:MM:SS IST  M:SS
    [exit 0]
    "
  `);
  const status = masked(await vega('status'));
  expect(status.slice(status.indexOf('Browser:'))).toMatchInlineSnapshot(`
    "Browser: UPSTOX_02, PRIMARY: typing the PIN, since HH:MM:SS IST

    #  ACCOUNT    API         WAITS FOR        SINCE         GOES ON       IN
    1  UPSTOX_01  WEBSOCKET1  the OTP spacing  HH:MM:SS IST  HH:MM:SS IST  M:SS
    [exit 1]
    "
  `);
  await vega('queue --json > queue.json');
  const json = JSON.parse(readText(testApp.directory, 'queue.json'));
  expect(json.waiting).toMatchObject([{ accountId: 'UPSTOX_01', waitsFor: 'OTP_SPACING' }]);
}, 180_000);
