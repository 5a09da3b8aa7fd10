import { expect, test } from 'vitest';
import { openTestApp } from '../support/test-app.ts';
import { call } from './rest-caller.ts';

/** The figures of a scrape by name and labels. */
const figuresOf = (text: string): ReadonlyMap<string, number> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );

test('/metrics tells the morning in figures, and those of the process beside them', async () => {
  await using testApp = await openTestApp({ apis: 3, simulator: { scenario: 'throttled' } });
  const scrape = async () => {
    const { status, headers, body } = await call(testApp, 'GET /metrics');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    return { text: String(body), figures: figuresOf(String(body)) };
  };
  const before = await scrape();
  // What is forecast depends on the day.
  const lines = before.text.split('\n').filter((line) => /^(?:# TYPE )?vega_(?!readiness\{)/.test(line));
  expect(lines).toMatchInlineSnapshot(`
    [
      "# TYPE vega_gate_open gauge",
      "vega_gate_open{account="UPSTOX_01"} 0",
      "# TYPE vega_auth_state gauge",
      "vega_auth_state{account="UPSTOX_01",state="IDLE"} 1",
      "vega_auth_state{account="UPSTOX_01",state="LOGIN_STARTED"} 0",
      "vega_auth_state{account="UPSTOX_01",state="TOKEN_GENERATION"} 0",
      "vega_auth_state{account="UPSTOX_01",state="PARTIAL_AUTH"} 0",
      "vega_auth_state{account="UPSTOX_01",state="COOLDOWN"} 0",
      "vega_auth_state{account="UPSTOX_01",state="RESUME_GENERATION"} 0",
      "vega_auth_state{account="UPSTOX_01",state="PRIMARY_VALIDATED"} 0",
      "vega_auth_state{account="UPSTOX_01",state="AUTH_CONFIRMED"} 0",
      "vega_auth_state{account="UPSTOX_01",state="DASHBOARD"} 0",
      "# TYPE vega_tokens gauge",
      "vega_tokens{account="UPSTOX_01",verdict="VALID"} 0",
      "vega_tokens{account="UPSTOX_01",verdict="EXPIRED"} 0",
      "vega_tokens{account="UPSTOX_01",verdict="INVALID"} 0",
      "vega_tokens{account="UPSTOX_01",verdict="UNKNOWN"} 0",
      "vega_tokens{account="UPSTOX_01",verdict="MISSING"} 3",
      "# TYPE vega_token_expires_in_seconds gauge",
      "# TYPE vega_cooldown_remaining_seconds gauge",
      "vega_cooldown_remaining_seconds{account="UPSTOX_01"} 0",
      "# TYPE vega_runs gauge",
      "vega_runs{account="UPSTOX_01",status="RUNNING"} 0",
      "vega_runs{account="UPSTOX_01",status="WAITING_OPERATOR"} 0",
      "vega_runs{account="UPSTOX_01",status="COOLDOWN"} 0",
      "vega_runs{account="UPSTOX_01",status="COMPLETED"} 0",
      "vega_runs{account="UPSTOX_01",status="STOPPED"} 0",
      "vega_runs{account="UPSTOX_01",status="ABORTED"} 0",
      "vega_runs{account="UPSTOX_01",status="QUEUED"} 0",
      "# TYPE vega_readiness gauge",
      "# TYPE vega_capable gauge",
      "# TYPE vega_eta_seconds gauge",
      "# TYPE vega_event_readers gauge",
      "vega_event_readers 0",
      "# TYPE vega_alerts_undelivered gauge",
      "vega_alerts_undelivered 0",
    ]
  `);

  await testApp.generate('mode: ALL');
  const { figures } = await scrape();
  const figure = (name: string) => figures.get(name);
  const account = 'account="UPSTOX_01"';
  expect(figure(`vega_gate_open{${account}}`)).toBe(0);
  expect(figure(`vega_auth_state{${account},state="COOLDOWN"}`)).toBe(1);
  expect(figure(`vega_tokens{${account},verdict="VALID"}`)).toBe(2);
  expect(figure(`vega_tokens{${account},verdict="MISSING"}`)).toBe(1);
  expect(figure(`vega_runs{${account},status="COOLDOWN"}`)).toBe(1);
  expect(figure(`vega_cooldown_remaining_seconds{${account}}`)).toBeGreaterThan(600);
  const { tokens } = (await testApp.ask('{ tokens { expiresAt } }')).data;
  const left = (Date.parse(tokens[0].expiresAt) - Date.now()) / 1000;
  expect(
    Math.abs((figure(`vega_token_expires_in_seconds{${account},api="PRIMARY"}`) ?? 0) - left),
  ).toBeLessThan(5);
  expect(figure(`vega_token_expires_in_seconds{${account},api="WEBSOCKET2"}`)).toBeUndefined();

  expect(figure('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  for (const quantile of ['mean', 'p50', 'p99', 'max']) {
    const lag = figure(`nodejs_eventloop_lag_${quantile}_seconds`);
    expect(lag).toBeGreaterThan(0);
    expect(lag).toBeLessThan(60);
  }
});

test('two scrapes at once, and two servers in one process, do not get in each other’s way', async () => {
  await using one = await openTestApp({ apis: 1 });
  await using other = await openTestApp({ apis: 2 });
  await other.generate('mode: ALL');
  const scrapes = await Promise.all([one, other, one, other].map((testApp) => call(testApp, 'GET /metrics')));
  const valid = scrapes.map(({ body }) =>
    figuresOf(String(body)).get('vega_tokens{account="UPSTOX_01",verdict="VALID"}'),
  );
  expect(valid).toEqual([0, 2, 0, 2]);
});
