import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type App, type AppOptions, openApp } from '../../src/app.ts';
import { type Env, readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { createVegaClient, type VegaClient } from '../../src/sdk/index.ts';
import type { Checkpoint } from '../../src/services/runs/checkpoints.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { deskDatabase, ENGINE, type Engine, onServer } from './desk-database.ts';

/** An answer of the GraphQL API, read loosely: a test asserts what it needs. */
// biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, not computed with
type Loose = any;

export interface TestAppOptions {
  readonly simulator?: SimulatorOptions;
  readonly env?: Env;
  /** How many of the simulator's six apps are configured. */
  readonly apis?: number;
  readonly clock?: () => Date;
  /** A folder that is there already, for a second start; it is left behind. */
  readonly directory?: string;
  /** The file that stands for the machine's one browser; one of its own unless given. */
  readonly browserLock?: string;
  readonly limits?: AppOptions['limits'];
  readonly engine?: Engine;
  /** An empty PostgreSQL database, or the one of an earlier start. */
  readonly databaseUrl?: string;
  /** False where workers of other processes execute the runs of its PostgreSQL database. */
  readonly works?: boolean;
  readonly leaseMs?: number;
  /** By which way the program reaches that database; the tests look at it directly. */
  readonly databaseWay?: string;
  /** By which way the program, and nobody else, reaches that database. */
  readonly wayToDatabase?: (url: string) => string;
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void;
  /** A broker that another desk has started. */
  readonly broker?: Simulator;
}

/** A whole trading desk in a folder of its own: a simulated broker, the program, and everything it ever said. */
export interface TestApp extends AsyncDisposable {
  readonly app: App;
  readonly broker: Simulator;
  readonly url: string;
  readonly directory: string;
  readonly client: VegaClient;
  readonly env: Env;
  /** Runs a document over HTTP and answers the whole body. */
  ask(query: string, variables?: Record<string, unknown>): Promise<Loose>;
  /** The rows of a query on the database, past the program. */
  rows(sql: string): Loose[];
  /** Runs a statement on the database, past the program: what another program of the desk would do. */
  change(sql: string, ...values: unknown[]): void;
  /** Starts a run and waits until it ends or has to pause. */
  generate(args: string): Promise<Loose>;
  /** Everything the program has logged or answered so far. */
  said(): string;
  /** Another secret that must not be said. */
  guard(name: string, secret: string): void;
}

/** A time step of one second, so that six logins do not wait for six times thirty. */
const TOTP_SECONDS = 1;
/** As long as the broker's own codes: how quickly a browser types depends on the machine. */
const CODE_SECONDS = 30;

export const environmentOf = (broker: Simulator, apis = 6): Env => ({
  UPSTOX_MOBILE_NUMBER: broker.account.mobileNumber,
  UPSTOX_PIN: broker.account.pin,
  UPSTOX_TOTP: `otpauth://totp/test?secret=${broker.account.totpSecret}&period=${broker.account.totpPeriodSeconds}`,
  UPSTOX_REDIRECT_URI: broker.apps[0]?.redirectUri,
  UPSTOX_API_BASE_URL: broker.url,
  VEGA_OTP_SPACING_SECONDS: '0',
  VEGA_LOGIN_RATE_SECONDS: '0',
  VEGA_STEP_TIMEOUT_SECONDS: '15',
  VEGA_PORT: '0',
  VEGA_LOG_LEVEL: 'trace',
  ...Object.fromEntries(
    broker.apps.slice(0, apis).flatMap(({ clientId, clientSecret }, index) => [
      [`UPSTOX_CLIENT_ID_${index}`, clientId],
      [`UPSTOX_CLIENT_SECRET_${index}`, clientSecret],
    ]),
  ),
});

export const openBroker = (options: SimulatorOptions = {}): Promise<Simulator> =>
  startSimulator({
    ...options,
    account: { totpPeriodSeconds: TOTP_SECONDS, ...options.account },
    knobs: { totpPastSteps: CODE_SECONDS / TOTP_SECONDS, ...options.knobs },
  });

export const openTestApp = async (options: TestAppOptions = {}): Promise<TestApp> => {
  const directory = options.directory ?? mkdtempSync(path.join(tmpdir(), 'vega-desk-'));
  const broker = options.broker ?? (await openBroker(options.simulator));
  const env = { ...environmentOf(broker, options.apis), ...options.env };
  const lines: string[] = [];
  const guarded = new Map<string, string>();
  const log = createLogger('trace', { write: (line) => void lines.push(line) });
  const clock = options.clock === undefined ? {} : { clock: options.clock };
  const browserLock = options.browserLock ?? path.join(directory, 'browser.lock');
  const onCheckpoint = options.onCheckpoint ?? (() => undefined);
  const { engine = ENGINE, databaseUrl, wayToDatabase = (way) => way } = options;
  const database = await (databaseUrl === undefined
    ? deskDatabase(directory, engine)
    : onServer(databaseUrl));
  const app = await openApp(readConfig(env), {
    workingDirectory: directory,
    databaseUrl:
      options.databaseWay ?? (database.url === undefined ? undefined : wayToDatabase(database.url)),
    browserLock,
    onCheckpoint,
    log,
    ...clock,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
  });
  if (database.url !== undefined && options.works !== false) app.beginWork(3);
  const { url } = await app.listen();
  const { rows, change } = database;

  const ask = async (query: string, variables: Record<string, unknown> = {}): Promise<Loose> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${app.operatorKey}` },
      body: JSON.stringify({ query, variables }),
    });
    const body = await response.text();
    lines.push(body);
    return JSON.parse(body);
  };

  const generate = async (args: string): Promise<Loose> => {
    const { data, errors } = await ask(`mutation { generateTokens(${args}) { id } }`);
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    const run = `{ generationRun(id: "${data.generateTokens.id}") {
      status endedAt steps { apiName status step failure { code message nextAction submitted } } } }`;
    const startedAt = Date.now();
    for (;;) {
      const { generationRun } = (await ask(run)).data;
      const isResting = generationRun.endedAt !== null || generationRun.status === 'COOLDOWN';
      if (isResting)
        return { id: data.generateTokens.id, status: generationRun.status, steps: generationRun.steps };
      const waitedMs = Date.now() - startedAt;
      if (waitedMs > 180_000) throw new Error('the run did not end');
      await settle(restAfter(waitedMs));
    }
  };

  return {
    app,
    broker,
    url,
    directory,
    client: createVegaClient({ url, key: app.operatorKey }),
    env,
    ask,
    rows,
    change,
    generate,
    said: () => lines.join('\n'),
    guard: (name, secret) => void guarded.set(name, secret),
    [Symbol.asyncDispose]: async () => {
      const secrets = secretsOf(env, app, rows);
      const kept = ['vega_audit_entries', 'vega_events'].map((table) =>
        JSON.stringify(rows(`select * from ${table}`)),
      );
      await app[Symbol.asyncDispose]();
      if (options.broker === undefined) await broker[Symbol.asyncDispose]();
      if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
      refuseLeaks([...lines, ...kept].join('\n'), new Map([...secrets, ...guarded]));
    },
  };
};

/** Every secret of a desk, by a name that a failing test may print. */
export const secretsOf = (env: Env, app: App | null, rows: TestApp['rows']): ReadonlyMap<string, string> => {
  // Where a program gives the codes, nothing of it is a secret.
  const link = env.UPSTOX_TOTP || 'otpauth://totp/none';
  const totp = new URL(link).searchParams.get('secret') ?? '';
  const tokens = rows('select api_name, access_token from upstox_tokens');
  return new Map([
    ['mobile number', env.UPSTOX_MOBILE_NUMBER ?? ''],
    ['PIN', env.UPSTOX_PIN ?? ''],
    ['TOTP secret', totp],
    ...Object.entries(env).flatMap(([name, value]): [string, string][] =>
      name.startsWith('UPSTOX_CLIENT_SECRET_') ? [[name, value ?? '']] : [],
    ),
    ...tokens.map(({ api_name, access_token }): [string, string] => [`token ${api_name}`, access_token]),
    ...(app === null ? [] : ([['operator key', app.operatorKey]] as [string, string][])),
  ]);
};

/** The canary: what was said must hold none of the secrets. Numbers count only where no longer number surrounds them. */
export const refuseLeaks = (said: string, secrets: ReadonlyMap<string, string>): void => {
  const leaked = [...secrets]
    .filter(([, secret]) => secret !== '' && occurs(said, secret))
    .map(([name]) => name);
  if (leaked.length > 0) throw new Error(`Leaked: ${leaked.join(', ')}`);
};

/** Six digits occur in a hash or an id by chance, once in some thousand tests. */
const HASH_OR_ID = /\b(?:[\da-f]{32,}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\b/g;

const occurs = (said: string, secret: string): boolean =>
  /^\d+$/.test(secret)
    ? new RegExp(`(?<![\\d.])${secret}(?!\\d)`).test(said.replaceAll(HASH_OR_ID, ''))
    : said.includes(secret);

/** Lets other work go on between two looks at something that cannot tell when it is ready. */
export const settle = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(), milliseconds);
  });

/** What takes long is looked at less often: on a busy machine the looks would be much of what it does. */
const restAfter = (waitedMs: number): number => Math.min(300, 20 + waitedMs / 10);

/** Looks until `ready` is true, and says what it was waiting for when it never is. */
export const until = async (
  what: string,
  ready: () => boolean | Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> => {
  const startedAt = Date.now();
  while (!(await ready())) {
    const waitedMs = Date.now() - startedAt;
    if (waitedMs > timeoutMs) throw new Error(`It never happened: ${what}`);
    await settle(restAfter(waitedMs));
  }
};

export const readText = (...parts: string[]): string => readFileSync(path.join(...parts), 'utf8');
