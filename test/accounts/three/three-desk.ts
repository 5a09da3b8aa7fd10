import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Simulator, SimulatorEntry } from '../../../src/simulator/simulator.ts';
import { watchBrowsers } from '../../support/browsers.ts';
import { type Moods, openMoodyBroker } from '../../support/moody-broker.ts';
import { openTestApp, type TestApp, until } from '../../support/test-app.ts';
import { violationsOfAll } from './broker-pace.ts';
import { accountOf, IDS, type Id, OTHERS, OTHERS_ENVIRONMENT } from './three-logins.ts';

export const COOLDOWN_SECONDS = 660;
const SPACING_SECONDS = 2;
const RATE_SECONDS = 1;

/** What the program says only when it has made a mistake. */
const MISTAKE =
  /[^\n]*(?:"failure":"INTERNAL"|INTERNAL_SERVER_ERROR|the run could not be executed|could not be written|a look at the clock failed)[^\n]*/;

interface SeenRun {
  readonly id: string;
  readonly status: string;
  readonly endedAt: string | null;
}

interface SeenAccount {
  readonly id: Id;
  readonly ready: boolean;
  readonly authState: { readonly cooldown: { readonly active: boolean }; readonly run: SeenRun | null };
}

/** Three accounts at one desk and the broker in front of it, with one clock for both that a test may set. */
export class ThreeDesk {
  readonly broker: Simulator;
  readonly moods: Moods;
  /** What was done so far, for whoever has to understand a failure. */
  readonly story: string[] = [];
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'vega-three-'));
  readonly #time: { offset: number };
  /** How far the clock was off at each entry of the broker's log, and how often the program had started by then. */
  readonly #offsets: number[] = [];
  readonly #starts: number[] = [];
  readonly #clearedAt = new Map<string, number[]>(IDS.map((id) => [id, []]));
  readonly #browsers = watchBrowsers();
  #testApp: TestApp | null = null;
  #started = 0;
  #reached = 0;

  private constructor(broker: Simulator, moods: Moods, time: { offset: number }) {
    this.broker = broker;
    this.moods = moods;
    this.#time = time;
  }

  static async open(): Promise<ThreeDesk> {
    const time = { offset: 0 };
    const now = () => Date.now() + time.offset;
    const { broker, moods } = await openMoodyBroker({ now, others: OTHERS });
    const desk = new ThreeDesk(broker, moods, time);
    await desk.start();
    return desk;
  }

  get now(): number {
    return Date.now() + this.#time.offset;
  }

  get testApp(): TestApp {
    if (this.#testApp === null) throw new Error('The program is not running.');
    return this.#testApp;
  }

  /** Sets the clock of the program and the broker; what the broker has logged before keeps its time. */
  turnClock(milliseconds: number): void {
    this.#mark();
    this.#time.offset += milliseconds;
  }

  async start(): Promise<void> {
    this.#mark();
    this.#started += 1;
    this.#testApp = await openTestApp({
      apis: 2,
      broker: this.broker,
      directory: this.#directory,
      clock: () => new Date(this.now),
      env: {
        ...OTHERS_ENVIRONMENT,
        VEGA_STEP_TIMEOUT_SECONDS: '4',
        VEGA_PROFILE_TIMEOUT_MS: '1000',
        VEGA_COOLDOWN_SECONDS: String(COOLDOWN_SECONDS),
        VEGA_OTP_SPACING_SECONDS: String(SPACING_SECONDS),
        VEGA_LOGIN_RATE_SECONDS: String(RATE_SECONDS),
      },
      onCheckpoint: () => {
        this.#reached += 1;
      },
    });
  }

  async stop(): Promise<void> {
    const testApp = this.#testApp;
    this.#testApp = null;
    await testApp?.[Symbol.asyncDispose]();
    const mistake = MISTAKE.exec(testApp?.said() ?? '');
    if (mistake !== null) throw new Error(`The program has made a mistake: ${mistake[0]}`);
  }

  async close(): Promise<void> {
    try {
      await this.stop();
    } finally {
      this.#browsers[Symbol.dispose]();
      await this.broker[Symbol.asyncDispose]();
      rmSync(this.#directory, { recursive: true, force: true });
    }
  }

  /** Runs a mutation; answers the code of the refusal, or null. */
  async mutate(request: string): Promise<string | null> {
    const { errors } = await this.testApp.ask(`mutation { ${request} }`);
    return errors?.[0].extensions.code ?? null;
  }

  noteCleared(id: Id): void {
    this.#clearedAt.get(id)?.push(this.now);
  }

  async look(): Promise<readonly SeenAccount[]> {
    const of = (
      id: Id,
    ) => `${id}: authState(accountId: "${id}") { cooldown { active } run { id status endedAt } }
      ready_${id}: ready(accountId: "${id}")`;
    const { data, errors } = await this.testApp.ask(`{ ${IDS.map(of).join(' ')} }`);
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return IDS.map((id) => ({ id, ready: data[`ready_${id}`], authState: data[id] }));
  }

  /** Waits until the runs have come by so many checkpoints more, or all of them rest. */
  async progress(checkpoints: number): Promise<void> {
    const goal = this.#reached + checkpoints;
    await this.#until('progress', async () => this.#reached >= goal || (await this.#isResting()));
  }

  /** Waits until no run is under way, or those there are wait for the end of a cooldown. */
  async rest(): Promise<void> {
    await this.#until('every run to rest', () => this.#isResting());
  }

  /** Everything that must hold at every moment. */
  async check(): Promise<void> {
    this.#mark();
    const wrong = [
      ...violationsOfAll(this.broker.log, {
        accountOf,
        facts: (id) => ({ cooldownMs: COOLDOWN_SECONDS * 1000, clearedAt: this.#clearedAt.get(id) ?? [] }),
        spacingMs: SPACING_SECONDS * 1000,
        rateMs: RATE_SECONDS * 1000,
        between: (one, other) => this.#between(one, other),
      }),
      ...(await this.#queueMistakes()),
      ...this.#orderMistakes(),
      ...this.#tokenMistakes(),
    ];
    // Processes: Playwright takes a browser that was killed for connected until it has noticed.
    const browsers = this.#browsers.groups().length;
    if (browsers > 1) wrong.push(`${browsers} browsers are open`);
    if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\n${this.history()}`);
  }

  /** What must hold once no run is under way, or those there are wait for a cooldown: only those are in the queue. */
  async checkAtRest(): Promise<void> {
    const isLeft = async (): Promise<boolean> => {
      const resting = (await this.look()).flatMap(({ authState: { run } }) =>
        run !== null && run.endedAt === null ? run.id : [],
      );
      const queue = await this.#queue();
      return queue.length === resting.length && queue.every(({ id }) => resting.includes(id));
    };
    await this.#until('a queue with resting runs alone', isLeft, 5000);
  }

  /** Everything that was done, and the last things that the broker and the program have said. */
  history(): string {
    const log = this.broker.log.map((entry) =>
      [
        new Date(entry.at).toISOString(),
        accountOf(entry.clientId),
        entry.clientId?.slice(-1),
        entry.kind,
        entry.code,
      ]
        .filter(Boolean)
        .join(' '),
    );
    const said = this.testApp
      .said()
      .split('\n')
      .filter((line) => line.startsWith('{"level"'));
    return [...this.story, ...log.slice(-80), ...said.slice(-40)].join('\n');
  }

  async #isResting(): Promise<boolean> {
    return (await this.look()).every(
      ({ authState: { run, cooldown } }) =>
        run === null || run.endedAt !== null || (run.status === 'COOLDOWN' && cooldown.active),
    );
  }

  async #until(what: string, isSo: () => Promise<boolean>, timeoutMs = 90_000): Promise<void> {
    await until(what, isSo, timeoutMs).catch(async (error: Error) => {
      throw new Error(
        `${error.message}: ${JSON.stringify([await this.look(), await this.#queue()])}\n${this.history()}`,
      );
    });
  }

  async #queue(): Promise<readonly { id: string; status: string; queuePosition: number | null }[]> {
    return (await this.testApp.ask('{ runQueue { id status queuePosition } }')).data.runQueue;
  }

  async #queueMistakes(): Promise<readonly string[]> {
    const queue = await this.#queue();
    const ids = queue.map(({ id }) => id);
    return [
      ...(new Set(ids).size < ids.length ? ['a run stands in the queue twice'] : []),
      ...queue
        .filter(({ status }) => ['COMPLETED', 'STOPPED', 'ABORTED'].includes(status))
        .map(({ id, status }) => `the run ${id} is ${status} and stands in the queue`),
    ];
  }

  /** PRIMARY is the first API that a run takes up, where it makes it at all. */
  #orderMistakes(): readonly string[] {
    const begun = this.testApp.rows(
      "select correlation_id, api_name from vega_audit_entries where kind = 'LOGIN_BEGUN' order by sequence",
    );
    const withPrimary = this.testApp.rows(
      "select run_id from vega_generation_steps where api_name = 'PRIMARY'",
    );
    return withPrimary.flatMap(({ run_id }) => {
      const first = begun.find(({ correlation_id }) => correlation_id === run_id);
      const isFirst = first === undefined || first.api_name === 'PRIMARY';
      return isFirst ? [] : [`the run ${run_id} began with ${first.api_name}`];
    });
  }

  #tokenMistakes(): readonly string[] {
    return this.testApp
      .rows('select user_id, api_name, client_id from upstox_tokens')
      .filter(({ user_id, client_id }) => accountOf(client_id) !== IDS[user_id - 1])
      .map(({ user_id, api_name }) => `${api_name} of account ${user_id} has a token of another account`);
  }

  /** Notes how the clock stands for what the broker has logged since the last time. */
  #mark(): void {
    while (this.#offsets.length < this.broker.log.length) {
      this.#offsets.push(this.#time.offset);
      this.#starts.push(this.#started);
    }
  }

  /** Without what the clock was set by; over a restart the program has only the clock to go by. */
  #between(one: SimulatorEntry, other: SimulatorEntry): number {
    const [from, to] = [this.broker.log.indexOf(one), this.broker.log.indexOf(other)];
    const byClock = other.at - one.at;
    const passed = byClock - ((this.#offsets[to] ?? 0) - (this.#offsets[from] ?? 0));
    return this.#starts[from] === this.#starts[to] ? passed : Math.max(passed, byClock);
  }
}
