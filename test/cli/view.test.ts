import { expect, test } from 'vitest';
import { completionOf, wordsFor } from '../../src/cli/commands/setup/completion.ts';
import { PROGRAM } from '../../src/cli/commands.ts';
import { renderAlertChannels, renderAlerts } from '../../src/cli/view/alerts.ts';
import { renderEntry } from '../../src/cli/view/audit.ts';
import { renderEvent } from '../../src/cli/view/event.ts';
import { renderExpiry } from '../../src/cli/view/expiry.ts';
import { type Look, lookOf } from '../../src/cli/view/look.ts';
import { type Run, renderRun, renderRunEnd, runLine, runSummary } from '../../src/cli/view/run.ts';
import { renderSummary } from '../../src/cli/view/summary.ts';
import { renderTable } from '../../src/cli/view/table.ts';
import { countdown, inIst, span } from '../../src/cli/view/times.ts';

const screen = (width: number): Look => ({ width, hasColour: false });
const at = (seconds: number): string => new Date(Date.UTC(2026, 10, 24, 2, 0, seconds)).toISOString();

const step = (over: Partial<Run['steps'][number]>): Run['steps'][number] => ({
  apiName: 'PRIMARY',
  status: 'PENDING',
  step: null,
  startedAt: null,
  endedAt: null,
  phases: [],
  failure: null,
  ...over,
});

const failure = {
  code: 'THROTTLED',
  message: 'The broker refuses another OTP.',
  nextAction: 'Wait at least 11 minutes before the next login; the broker is counting attempts.',
  submitted: ['MOBILE', 'OTP'],
} as const;

const run: Run = {
  id: '1',
  accountId: 'UPSTOX_01',
  mode: 'INVALID_ONLY',
  status: 'COOLDOWN',
  startedAt: at(0),
  endedAt: null,
  waitingUntil: null,
  queuePosition: null,
  steps: [
    step({ status: 'DONE', step: 'VERIFY', startedAt: at(0), endedAt: at(12) }),
    step({
      apiName: 'WEBSOCKET1',
      status: 'FAILED',
      startedAt: at(12),
      endedAt: at(15),
      failure: { ...failure, submitted: [...failure.submitted] },
    }),
    step({ apiName: 'WEBSOCKET2', status: 'RUNNING', step: 'TOTP_WAIT', startedAt: at(15) }),
    step({ apiName: 'OPTIONCHAIN1' }),
  ],
  endedTokens: [],
};
const cooldown = { active: true, remainingSeconds: 581, until: at(600), reason: 'THROTTLED' } as const;
const sight = { run, cooldown, now: new Date(at(19)) };

test.each([40, 80, 120])('a run fits %i columns, step by step and with its cooldown', async (width) => {
  const lines = renderRun(sight, screen(width));
  expect(lines.every((line) => line.length <= width)).toBe(true);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`screens/run-${width}.txt`);
});

test('a run says less where nothing can be painted over, and in the end why', () => {
  expect(runLine(sight)).toBe('1/4  WEBSOCKET2  TOTP_WAIT');
  expect(runLine({ ...sight, run: { ...run, steps: run.steps.slice(0, 1) } })).toBe('1/1  cooldown');
  expect(renderRunEnd({ ...run, status: 'ABORTED' }, screen(60))).toMatchInlineSnapshot(`
    [
      "WEBSOCKET1: THROTTLED. The broker refuses another OTP.",
      "  Wait at least 11 minutes before the next login; the broker",
      "  is counting attempts. Submitted: MOBILE, OTP.",
      "Aborted: 1 of 4 made. Submitted in this run: PRIMARY (all,",
      "made), WEBSOCKET1 (MOBILE, OTP).",
    ]
  `);
  expect(runSummary({ ...run, status: 'STOPPED' })).toBe('1 of 4 made, STOPPED.');
  expect(runSummary({ ...run, steps: [] })).toMatch(/^Nothing to make/);
});

test('the summary names what is missing, and the failure before the verdict', () => {
  const check = { timeValid: false, profileValid: false, reason: 'NOT_FOUND', httpStatus: null };
  const report = {
    valid: ['PRIMARY' as const],
    counts: { total: 3, valid: 1, expired: 0, invalid: 0, missing: 2, unknown: 0 },
    tokens: [
      { ...check, apiName: 'PRIMARY' as const, verdict: 'VALID' as const },
      { ...check, apiName: 'WEBSOCKET1' as const, verdict: 'MISSING' as const },
      { ...check, apiName: 'WEBSOCKET2' as const, verdict: 'MISSING' as const },
    ],
  };
  const expiry = [
    { apiName: 'PRIMARY', expiresAt: '2026-11-24T22:00:00.000Z', remainingSeconds: 9, level: 'RED' },
  ];
  const facts = { report, account: { accountId: 'UPSTOX_01' }, expiry } as never;
  expect(renderSummary(facts, run, 'in this process')).toBe(
    'vega-auth UPSTOX_01: 1 of 3 tokens valid until 03:30 IST; WEBSOCKET1 THROTTLED, WEBSOCKET2 NOT FOUND (in this process)',
  );
});

test('a table leaves out what is dispensable before it cuts anything', () => {
  const columns = [{ title: 'ID' }, { title: 'NAME', dispensable: 2 }, { title: 'STATE', dispensable: 1 }];
  const rows = [['UPSTOX_01', 'the first account', 'AUTH_CONFIRMED']];
  const widths = [80, 30, 12, 8].map((width) => renderTable(columns, rows, screen(width)).at(-1));
  expect(widths).toEqual([
    'UPSTOX_01  the first account  AUTH_CONFIRMED',
    'UPSTOX_01  AUTH_CONFIRMED',
    'UPSTOX_01',
    'UPSTOX_…',
  ]);
});

test('colour needs a terminal and nobody who asks for none', () => {
  const out = { isTTY: true, columns: 80 } as never;
  const looks = [{}, { NO_COLOR: '1' }, { TERM: 'dumb' }].map((env) => lookOf({ out, env }).hasColour);
  expect([...looks, lookOf({ out: {} as never, env: {} }).hasColour]).toEqual([true, false, false, false]);
  expect(lookOf({ out: {} as never, env: {} }).width).toBe(Number.POSITIVE_INFINITY);
});

/** A time of day that no zone follows, neither beside it nor in the title of its column. */
const ZONELESS = /\b\d\d:\d\d:\d\d\b(?! IST)/;

test.each([40, 79, 80, 120])('every time names its zone on %i columns', (width) => {
  const entry = {
    timestamp: at(0),
    severity: 'INFO',
    component: 'AUTH',
    apiName: null,
    message: 'logged in',
  };
  const event = { __typename: 'AuthConfirmedEvent', at: at(0), accountId: 'UPSTOX_01' };
  const expiry = { apiName: 'PRIMARY', expiresAt: at(0), remainingSeconds: 60, level: 'RED' };
  const lines = [
    renderEntry(entry as never, screen(width)),
    renderEvent(event as never, screen(width)),
    ...(width < 60 ? [] : renderExpiry([expiry as never], screen(width))),
  ];
  for (const line of lines) {
    expect(line).toMatch(/\b07:30:00 IST\b/);
    expect(line).not.toMatch(ZONELESS);
  }
});

test('times are short, and India’s', () => {
  expect([inIst('2026-11-24T22:00:00.000Z'), countdown(581), countdown(3725), span(45), span(3900)]).toEqual([
    '2026-11-25 03:30:00',
    '9:41',
    '1:02:05',
    '45 s',
    '1 h 05 m',
  ]);
});

test.each([
  [['st'], ['status']],
  [
    ['generate', 'WEB'],
    ['WEBSOCKET1', 'WEBSOCKET2', 'WEBSOCKET3'],
  ],
  [
    ['generate', 'WEBSOCKET1', 'WEB'],
    ['WEBSOCKET2', 'WEBSOCKET3'],
  ],
  [
    ['keys', 'create', 'feed', '--role', ''],
    ['OPERATOR', 'VIEWER', 'SERVICE'],
  ],
  [['accounts', 'sw'], ['switch']],
  [['audit', '--se'], ['--severity']],
  [['--mode', 'a'], ['auto']],
])('after %j the shell is offered %j', async (typed, offered) => {
  expect(await wordsFor(PROGRAM, typed)).toEqual(offered);
});

test('every command says what it does, and its examples are commands that there are', () => {
  const commands = PROGRAM.commands ?? [];
  const names = commands.flatMap(({ name, commands: below = [] }) => [
    name,
    ...below.map((each) => each.name),
  ]);
  expect(commands.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'serve',
      'status',
      'generate',
      'resume',
      'expiry',
      'audit',
      'accounts',
      'keys',
      'watch',
      'doctor',
      'demo',
    ]),
  );
  const all = [PROGRAM, ...commands, ...commands.flatMap(({ commands: below = [] }) => below)];
  for (const { summary, examples = [] } of all) {
    expect(summary).toMatch(/^[A-Z].*\.$/);
    for (const { line } of examples) {
      const [, word = ''] = /vega-auth ([a-z]+(?:-[a-z]+)*)/.exec(line) ?? [];
      if (word !== '') expect(names).toContain(word);
    }
  }
  expect(completionOf(PROGRAM).name).toBe('completion');
});

test('alerts tell what still waits and until when, heartbeats when they were pinged', () => {
  const delivery = {
    ...{ id: 'delivery_1', channelId: 'channel_1', channelName: 'desk', attempts: 0, attemptedAt: null },
    ...{ answer: null, dueAt: at(60) },
  };
  const alert = {
    kind: 'AT_RISK',
    ...{ id: 'alert_1', accountId: 'UPSTOX_01', title: 'At risk', text: 'Look.' },
    ...{ raisedAt: at(0), acknowledgedAt: null, acknowledgedBy: null, resolvedAt: null },
    deliveries: [
      { ...delivery, reason: 'RAISED', state: 'DELIVERED', attempts: 1, answer: 'HTTP 204' },
      { ...delivery, reason: 'NOT_ACKNOWLEDGED', state: 'PENDING' },
    ],
  } as const;
  expect(renderAlerts([{ ...alert, deliveries: [...alert.deliveries] }], screen(200)).slice(-1)).toEqual([
    '2026-11-24 07:30:00  AT_RISK  At risk  no    desk: delivered (HTTP 204); desk: pending, due 2026-11-24 07:31:00  alert_1',
  ]);
  const watch = {
    kind: 'HEARTBEAT',
    ...{ id: 'channel_2', name: 'watch', destination: 'watch.example', kinds: null },
    ...{ accountId: null, afterMinutes: 5, quietFrom: null, quietUntil: null, createdAt: at(0) },
    ...{ pingedAt: at(0), pingAnswer: 'HTTP 200' },
  } as const;
  expect(renderAlertChannels([watch], screen(200)).slice(-1)[0]).toContain('2026-11-24 07:30:00 (HTTP 200)');
});
