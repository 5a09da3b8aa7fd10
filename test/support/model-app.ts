import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ApiName } from '../../src/domain/account/api-name.ts';
import { readClaims } from '../../src/domain/token/jwt.ts';
import { fingerprint } from '../../src/simulator/broker-log.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { violationsIn } from './broker-invariants.ts';
import { type Moods, openMoodyBroker } from './moody-broker.ts';
import { openTestApp, type TestApp, until } from './test-app.ts';

export const COOLDOWN_SECONDS = 660;

/** Phases in which something is under way or waited for. */
const RESTLESS = ['LOGIN_STARTED', 'TOKEN_GENERATION', 'COOLDOWN', 'RESUME_GENERATION'];

interface Row {
  readonly api_name: ApiName;
  readonly access_token: string;
  readonly is_active: number;
}

interface Window {
  readonly from: number;
  readonly until: number;
}

const STATE = `{ ready authState { state primaryPresent blockedBy cooldown { active }
  run { id status endedAt steps { apiName status failure { code } } } } tokens { apiName verdict } }`;

/**
 * A desk, the broker in front of it and one clock for both, with a memory: after every step everything that ever
 * happened is held against what must never happen.
 */
export class ModelApp {
  readonly broker: Simulator;
  readonly moods: Moods;
  /** What was done so far, for whoever has to understand a failure. */
  readonly story: string[] = [];
  /** The operator has logged out and not asked for tokens since. */
  /** The runs there were at the latest logout; null after a login. */
  #runsAtLogout: readonly string[] | null = null;
  /** The present run may replace tokens that work. */
  mayReplace = false;
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'vega-model-'));
  readonly #time: { offset: number };
  /** Tokens that the broker may have ended. */
  readonly #ended = new Set<string>();
  readonly #clearedAt: number[] = [];
  readonly #cooldowns: Window[] = [];
  readonly #quarantines: { from: number; until: number }[] = [];
  #rows: readonly Row[] = [];
  #testApp: TestApp | null = null;
  #reached = 0;

  private constructor(broker: Simulator, moods: Moods, time: { offset: number }) {
    this.broker = broker;
    this.moods = moods;
    this.#time = time;
  }

  static async open(): Promise<ModelApp> {
    const time = { offset: 0 };
    const { broker, moods } = await openMoodyBroker({ now: () => Date.now() + time.offset });
    const testApp = new ModelApp(broker, moods, time);
    await testApp.start();
    return testApp;
  }

  get now(): number {
    return Date.now() + this.#time.offset;
  }

  turnClock(milliseconds: number): void {
    this.#time.offset += milliseconds;
  }

  async start(): Promise<void> {
    this.#testApp = await openTestApp({
      apis: 2,
      broker: this.broker,
      directory: this.#directory,
      clock: () => new Date(this.now),
      env: {
        VEGA_STEP_TIMEOUT_SECONDS: '4',
        VEGA_PROFILE_TIMEOUT_MS: '1000',
        VEGA_COOLDOWN_SECONDS: String(COOLDOWN_SECONDS),
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
    const said = testApp?.said() ?? '';
    const mistake =
      /[^\n]*(?:"failure":"INTERNAL"|INTERNAL_SERVER_ERROR|the run could not be executed|a look at the clock failed)[^\n]*/.exec(
        said,
      );
    if (mistake !== null) throw new Error(`The program has made a mistake: ${mistake[0]}`);
  }

  async close(): Promise<void> {
    await this.stop();
    await this.broker[Symbol.asyncDispose]();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Runs a mutation; answers its data, or the code of the refusal. */
  async mutate(request: string): Promise<{ data: Record<string, unknown> | null; code: string | null }> {
    const { data, errors } = await this.testApp.ask(`mutation { ${request} }`);
    return { data: data ?? null, code: errors?.[0].extensions.code ?? null };
  }

  get testApp(): TestApp {
    if (this.#testApp === null) throw new Error('The program is not running.');
    return this.#testApp;
  }

  async look() {
    const { data, errors } = await this.testApp.ask(STATE);
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** A logout holds until startLogin, or until a later run makes a token. */
  get isLoggedOut(): boolean {
    const before = this.#runsAtLogout;
    if (before === null) return false;
    const made = this.testApp.rows("select run_id from vega_generation_steps where status = 'DONE'");
    return made.every(({ run_id }) => before.includes(run_id));
  }

  noteLogin(): void {
    this.#runsAtLogout = null;
  }

  noteLogout(): void {
    this.#runsAtLogout = this.testApp.rows('select id from vega_generation_runs').map(({ id }) => id);
  }

  rows(): readonly Row[] {
    return this.testApp.rows('select api_name, access_token, is_active from upstox_tokens');
  }

  /** The broker ends the token of an API, or may have. */
  noteEnded(...tokens: readonly string[]): void {
    for (const token of tokens) this.#ended.add(token);
  }

  noteCleared(): void {
    this.#clearedAt.push(this.now);
  }

  /** Waits until the run has come by so many checkpoints more, or rests. */
  async progress(checkpoints: number): Promise<void> {
    const goal = this.#reached + checkpoints;
    await until('progress', async () => this.#reached >= goal || (await this.isResting()), 60_000);
  }

  /** Waits until no run is under way, or the one there is waits for the end of a cooldown. */
  async rest(): Promise<void> {
    await until('the run to rest', () => this.isResting(), 60_000);
  }

  async isResting(): Promise<boolean> {
    const { run, cooldown } = (await this.look()).authState;
    return run === null || run.endedAt !== null || (run.status === 'COOLDOWN' && cooldown.active);
  }

  /** Everything that must hold after every step, whatever the steps were. */
  async check(): Promise<void> {
    this.#sample();
    const seen = await this.look();
    const wrong = [
      ...violationsIn(this.broker.log, {
        cooldownMs: COOLDOWN_SECONDS * 1000,
        clearedAt: this.#clearedAt,
      }),
      ...this.#loginsWithin('cooldown', this.#cooldowns),
      ...this.#loginsWithin('quarantine', this.#quarantines),
      ...this.#gateMistakes(seen),
      ...this.#tokenMistakes(),
    ];
    const browsers = countBrowsers();
    if (browsers > 1) wrong.push(`${browsers} browsers are open`);
    if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\n${this.history()}`);
    if (await this.isResting()) await this.#checkAtRest();
  }

  /** What must hold once nothing is under way any more. */
  async #checkAtRest(): Promise<void> {
    const isSettled = async (): Promise<boolean> => {
      const { ready, authState, tokens } = await this.look();
      const { state, run, cooldown } = authState;
      if (cooldown.active || (run !== null && run.endedAt === null)) return true;
      if (RESTLESS.includes(state)) return false;
      if (this.isLoggedOut || !authState.primaryPresent) return true;
      const isComplete = tokens.every(({ verdict }: { verdict: string }) => verdict === 'VALID');
      return isComplete ? ready : state !== 'IDLE' && state !== 'PARTIAL_AUTH';
    };
    await until('a state that fits', isSettled, 5000).catch(async () => {
      throw new Error(
        `The account does not stand where it should: ${JSON.stringify(await this.look())}\n${this.history()}`,
      );
    });
  }

  /** Everything that was done, and the last things that the broker and the program have said. */
  history(): string {
    const log = this.broker.log.map(({ at, kind, code, clientId }) =>
      [new Date(at).toISOString(), kind, clientId?.slice(-1), code].filter(Boolean).join(' '),
    );
    const said = this.testApp
      .said()
      .split('\n')
      .filter((line) => line.startsWith('{"level"'));
    return [...this.story, ...log.slice(-60), ...said.slice(-40)].join('\n');
  }

  /** Notes the cooldowns and quarantines there are, and the tokens that a broker in a mood may have ended. */
  #sample(): void {
    if (this.moods.revokedApps.length > 0)
      this.noteEnded(...this.rows().map(({ access_token }) => access_token));
    const [record] = this.testApp.rows(
      'select cooldown_from, cooldown_until, quarantined_at from vega_auth_states',
    );
    const { cooldown_from: from, cooldown_until: end, quarantined_at: quarantinedAt } = record;
    if (from !== null && !this.#cooldowns.some((known) => known.from === from))
      this.#cooldowns.push({ from, until: end });
    const latest = this.#quarantines.at(-1);
    if (quarantinedAt !== null && latest?.from !== quarantinedAt)
      this.#quarantines.push({ from: quarantinedAt, until: Number.POSITIVE_INFINITY });
    if (quarantinedAt === null && latest?.until === Number.POSITIVE_INFINITY)
      latest.until = this.#clearedAt.at(-1) ?? this.now;
  }

  #loginsWithin(what: string, windows: readonly Window[]): readonly string[] {
    return this.broker.log
      .filter(
        ({ kind, at }) =>
          kind === 'DIALOG' && windows.some((window) => at > window.from && at < window.until),
      )
      .map(({ at }) => `a login at ${new Date(at).toISOString()} lies in a ${what}`);
  }

  /** The gate is held against the broker's own last word about PRIMARY. */
  #gateMistakes(seen: {
    ready: boolean;
    authState: { state: string };
    tokens: { apiName: string; verdict: string }[];
  }) {
    if (!seen.ready) return [];
    const primary = this.rows().find(({ api_name }) => api_name === 'PRIMARY');
    if (primary === undefined) return ['the gate is open without a PRIMARY token'];
    const mark = fingerprint(primary.access_token);
    const lastWord = this.broker.log.findLast(
      ({ kind, fingerprint: of }) => kind === 'PROFILE' && of === mark,
    );
    const { tokens } = seen;
    const { state } = seen.authState;
    const facts: [boolean, string][] = [
      [this.isLoggedOut, 'after a logout'],
      [primary.is_active !== 1, 'with a PRIMARY that is not active'],
      [this.#isExpired(primary), 'with a PRIMARY that has expired'],
      [lastWord?.accepted !== true, 'with a PRIMARY that the broker has not confirmed'],
      [state !== 'AUTH_CONFIRMED' && state !== 'DASHBOARD', `in ${state}`],
      [
        tokens.some(({ apiName, verdict }) => apiName === 'PRIMARY' && verdict !== 'VALID'),
        'with a PRIMARY that is not VALID',
      ],
    ];
    return facts.filter(([isWrong]) => isWrong).map(([, how]) => `the gate is open ${how}`);
  }

  /** A token that works stays, unless the operator has allowed to replace it. */
  #tokenMistakes(): readonly string[] {
    const before = this.#rows;
    this.#rows = this.rows();
    if (this.mayReplace) return [];
    return before
      .filter((row) => row.is_active === 1 && !this.#ended.has(row.access_token) && !this.#isExpired(row))
      .filter(
        (row) => !this.#rows.some((now) => now.access_token === row.access_token && now.is_active === 1),
      )
      .map(({ api_name }) => `the token of ${api_name} worked and is gone`);
  }

  #isExpired({ access_token }: Row): boolean {
    const { expiresAt } = readClaims(access_token);
    return expiresAt !== null && expiresAt.getTime() <= this.now;
  }
}

/** Browsers that this process has open. */
const countBrowsers = (): number =>
  processes().filter((id) => {
    const [command, parent] = [
      read(`/proc/${id}/cmdline`),
      /^PPid:\s+(\d+)/m.exec(read(`/proc/${id}/status`)),
    ];
    return Number(parent?.[1]) === process.pid && command.includes('--remote-debugging-pipe');
  }).length;

const processes = (): readonly string[] => {
  try {
    return readdirSync('/proc').filter((id) => /^\d+$/.test(id));
  } catch {
    return [];
  }
};

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
