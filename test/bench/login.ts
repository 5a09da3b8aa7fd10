import './bench-folder.ts';
import { execFileSync } from 'node:child_process';
import { findChromium } from '../../src/broker/chromium/chromium.ts';
import type { SimulatorEntry, SimulatorOptions } from '../../src/simulator/simulator.ts';
import { loginByEngine } from './login-by-engine.ts';
import { loginByPlaywright } from './login-by-playwright.ts';
import { loginByProgram } from './login-by-program.ts';
import { type LoginWay, openStage, type Spent } from './login-way.ts';
import { atMost, machine, median, tell } from './ratios.ts';

const ROUNDS = 7;
const DELAYS = { pageDelayMs: 800, xhrDelayMs: 250 };
const XHR_KINDS: readonly SimulatorEntry['kind'][] = ['OTP_GENERATE', 'OTP_VERIFY', 'PIN', 'AUTHORIZE'];

interface Row {
  readonly name: string;
  readonly way: LoginWay;
  readonly simulator: SimulatorOptions;
}

interface Measured extends Spent {
  /** The sum of the delays that the broker imposed, counted from its log. */
  readonly imposed: number;
}

const measure = async ({ way, simulator }: Row): Promise<Measured> => {
  await using stage = await openStage(simulator);
  const spent = await way(stage);
  const { log, apps } = stage.broker;
  const count = (kinds: readonly SimulatorEntry['kind'][]) =>
    log.filter(({ kind, accepted }) => accepted && kinds.includes(kind)).length;
  if (count(['REDIRECT']) !== apps.length) throw new Error('A login failed.');
  const { pageDelayMs = 0, xhrDelayMs = 0 } = simulator;
  return { ...spent, imposed: count(['PAGE']) * pageDelayMs + count(XHR_KINDS) * xhrDelayMs };
};

const ROWS: readonly Row[] = [
  { name: 'engine', way: loginByEngine, simulator: {} },
  { name: 'playwright', way: loginByPlaywright, simulator: {} },
  { name: 'program', way: loginByProgram, simulator: {} },
  { name: 'delayed', way: loginByEngine, simulator: DELAYS },
];

const SAYS: Readonly<Record<string, string>> = {
  engine: 'engine, one browser, fresh contexts',
  playwright: 'bare Playwright, the same',
  program: 'whole program, six tried tokens',
  delayed: `engine, page ${DELAYS.pageDelayMs} ms, XHR ${DELAYS.xhrDelayMs} ms`,
};

/** All rows once a round, so that a slow minute of the machine meets all of them. The first round warms up. */
const measureAll = async (): Promise<ReadonlyMap<string, readonly Measured[]>> => {
  const measured = new Map(ROWS.map(({ name }): [string, Measured[]] => [name, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    process.stderr.write(`round ${round} of ${ROUNDS}\r`);
    for (const row of ROWS) {
      const result = await measure(row);
      if (round > 0) measured.get(row.name)?.push(result);
    }
  }
  return measured;
};

/** What every row drives. */
const browser = (): string => {
  const executablePath = findChromium({ headless: true })?.executablePath;
  if (executablePath === undefined) throw new Error('There is no Chromium: run `vega-auth setup`.');
  return execFileSync(executablePath, ['--version'], { encoding: 'utf8', stdio: 'pipe' }).trim();
};

const report = (measured: ReadonlyMap<string, readonly Measured[]>): void => {
  const medianOf = (name: string, key: keyof Measured) =>
    median((measured.get(name) ?? []).map((result) => result[key]));
  const cell = (value: number) => value.toFixed(0).padStart(9);
  const table = Object.entries(SAYS).map(([name, says]) => {
    const values = (measured.get(name) ?? []).map(({ logins }) => logins);
    const cells = [
      medianOf(name, 'logins'),
      Math.min(...values),
      Math.max(...values),
      medianOf(name, 'whole'),
    ];
    return `${says.padEnd(38)}${cells.map(cell).join('')}`;
  });
  const lines = [
    machine(),
    browser(),
    `Six logins, ms, medians of ${ROUNDS} interleaved rounds; "whole" has the browser's start and end in it.`,
    '',
    `${''.padEnd(38)}${['logins', 'least', 'most', 'whole'].map((head) => head.padStart(9)).join('')}`,
    ...table,
  ];
  tell(lines, [
    atMost(
      'engine : bare Playwright, logins alone',
      medianOf('engine', 'logins') / medianOf('playwright', 'logins'),
      1.3,
    ),
    atMost(
      'engine : bare Playwright, whole',
      medianOf('engine', 'whole') / medianOf('playwright', 'whole'),
      1.3,
    ),
    atMost(
      `delayed engine, whole : bare Playwright and the broker's ${medianOf('delayed', 'imposed')} ms of delays`,
      medianOf('delayed', 'whole') / (medianOf('playwright', 'whole') + medianOf('delayed', 'imposed')),
      1.15,
    ),
  ]);
};

report(await measureAll());
