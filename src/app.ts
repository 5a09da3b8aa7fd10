import { tmpdir } from 'node:os';
import path from 'node:path';
import { AlertChannels } from './alert-channels/alert-channels.ts';
import { BrokerApi } from './broker/api/broker-api.ts';
import { sweepBrowserFolders } from './broker/chromium/browser-folder.ts';
import { browserProxy } from './broker/chromium/browser-proxy.ts';
import type { Config, Env } from './config.ts';
import { withBackup } from './db/backup/open-backup.ts';
import { type Restored, restoreBackup } from './db/backup/restore.ts';
import { Database } from './db/database.ts';
import { fileFacts } from './db/files/file-facts.ts';
import { locateDatabase } from './db/files/locate.ts';
import { isSurelyDead, markOf } from './db/files/process-mark.ts';
import type { DatabaseOptions } from './db/opening.ts';
import { isGuessable } from './domain/account/access-key.ts';
import type { MorningReport } from './domain/report/report.ts';
import { reportLines } from './domain/report/report-text.ts';
import { schema } from './graphql/schema.ts';
import type { ConnectionLimits } from './http/connections.ts';
import type { Operation, Outcome } from './http/graphql/operations.ts';
import { type Listening, listen } from './http/listen.ts';
import { createHttpServer, type HttpServer } from './http/server.ts';
import { createLogger, type DestinationStream, type Logger, named } from './log.ts';
import { AccessKeys } from './services/access/access-keys.ts';
import { loadOperatorKey } from './services/access/operator-key.ts';
import { loginPath, Sessions } from './services/access/sessions.ts';
import { AccountCredentials } from './services/accounts/account-credentials.ts';
import { Accounts } from './services/accounts/accounts.ts';
import { ApiConfigs } from './services/accounts/api-configs.ts';
import { Roles } from './services/accounts/roles.ts';
import { AlertDeliverer } from './services/alerts/alert-deliverer.ts';
import { Acquisitions } from './services/approvals/acquisitions.ts';
import { ApprovalNotices } from './services/approvals/approval-notices.ts';
import { Audit } from './services/audit/audit.ts';
import { Refusals } from './services/audit/refusal-audit.ts';
import { AccountSwitch } from './services/auth-state/account-switch.ts';
import { AuthStates } from './services/auth-state/auth-states.ts';
import { Consequences } from './services/auth-state/consequences.ts';
import { BrowserHost } from './services/browser-login/browser-host.ts';
import { BrowserLogin } from './services/browser-login/browser-login.ts';
import { BrowserQueue } from './services/browser-login/browser-queue.ts';
import { BrowserRound } from './services/browser-login/browser-round.ts';
import { OtpPace } from './services/browser-login/otp-pace.ts';
import { TradingCalendar } from './services/calendar/trading-calendar.ts';
import { Canary } from './services/canary/canary.ts';
import { CanaryWatch } from './services/canary/canary-watch.ts';
import { CapabilityProbes } from './services/capabilities/capability-probes.ts';
import { CapabilityWatch } from './services/capabilities/capability-watch.ts';
import type { Clock } from './services/clock.ts';
import { DisposalStack } from './services/disposal-stack.ts';
import { EventLog } from './services/events/event-log.ts';
import { CodeExchange } from './services/exchange/code-exchange.ts';
import { TokenIntake } from './services/exchange/token-intake.ts';
import { Jobs } from './services/generation/jobs.ts';
import { RunExecutor } from './services/generation/run-executor.ts';
import { RunResumer } from './services/generation/run-resumer.ts';
import { RunStarter } from './services/generation/run-starter.ts';
import { TokenGeneration } from './services/generation/token-generation.ts';
import { AppInspection } from './services/health/app-inspection.ts';
import { browserFindings, keyFindings } from './services/health/system-health.ts';
import { sandboxFindings } from './services/health/system-trials.ts';
import { reportUnfitTables } from './services/health/table-findings.ts';
import type { FactsOptions } from './services/readiness/account-facts-reader.ts';
import { ReadinessWatch } from './services/readiness/readiness-watch.ts';
import { type ReportWish, readMorningReport } from './services/report/morning-report.ts';
import { YearlyEnds } from './services/roles/yearly-ends.ts';
import type { CheckpointObserver } from './services/runs/checkpoints.ts';
import { Runs } from './services/runs/runs.ts';
import { Scheduler } from './services/schedule/scheduler.ts';
import { Schedules } from './services/schedule/schedules.ts';
import { createServices, type Parts, type Services } from './services/services.ts';
import { reportFindings, watchStorage } from './services/storage/storage-watch.ts';
import { TokenVerifier } from './services/tokens/token-verifier.ts';
import { warmUp } from './services/warm-up.ts';

/** The whole program without a socket; `listen` gives it one. */
export interface App extends AsyncDisposable {
  /** Answers a request as the server would. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Performs a GraphQL operation as the operator, without HTTP; a subscription answers its results. */
  readonly perform: (operation: Operation) => Promise<Outcome>;
  readonly services: Services;
  /** What the services are made of. */
  readonly parts: Parts;
  /** How often an answer was given again, and how often it had to be made. */
  readonly answers: HttpServer['answers'];
  /** The key that `fetch` wants as `Authorization: Bearer …`. */
  readonly operatorKey: string;
  /** Listens where the configuration says; the server ends with the app. */
  listen(): Promise<Listening>;
  /** From now on the schedules start what they are to start: for the server, not for a short look. */
  beginSchedules(): void;
  /** From now on the readiness is forecast at each event and every five seconds, and published: for the server. */
  beginForecasts(): void;
  /** From now on tokens are probed by themselves where the operator has opted in: for the server. */
  beginProbes(): void;
  /** The path of a link that logs one browser in, once. */
  issueLoginPath(): string;
}

export interface AppOptions {
  readonly clock?: Clock;
  readonly log?: Logger;
  /** Takes the lines of the log; standard error if left out. */
  readonly logTo?: DestinationStream | undefined;
  /** The file that stands for the machine's one browser. */
  readonly browserLock?: string;
  /** Told of every checkpoint of a run. */
  readonly onCheckpoint?: CheckpointObserver;
  /** Told of every statement before the database file gets it; what it throws, the statement fails with. */
  readonly beforeStatement?: DatabaseOptions['beforeStatement'];
  readonly limits?: {
    readonly subscriptionsPerKey?: number;
    readonly streamsPerKey?: number;
    /** How much memory cached answers may take; 0 caches none. */
    readonly answerCacheBytes?: number;
    readonly connections?: Partial<ConnectionLimits>;
  };
  /** Where `.vega` and the database lie unless they are told otherwise. */
  readonly workingDirectory?: string;
  /** A short look: what an earlier process has left under way stays as it is, and the broker is not asked beforehand. */
  readonly isVisit?: boolean;
}

/** Where the built page lies, seen from the sources as well as from the package. */
const PAGE_FOLDER = path.resolve(import.meta.dirname, '../dist/web');

/** Puts the parts together: the only place where they meet. */
export const openApp = async (config: Config, options: AppOptions = {}): Promise<App> => {
  const opened = new DisposalStack();
  try {
    return await open(config, options, opened);
  } catch (error) {
    await opened[Symbol.asyncDispose]().catch(() => undefined);
    throw error;
  }
};

const open = async (config: Config, options: AppOptions, opened: DisposalStack): Promise<App> => {
  const { workingDirectory = process.cwd(), isVisit = false } = options;
  const log = options.log ?? createLogger(config.logLevel, options.logTo);
  const operatorKey = loadOperatorKey(config.operatorKey, workingDirectory);
  const base = await openBase(config, options, log, opened);
  const { database, events, sessions, clock } = base;
  const { parts, forHttp } = joinParts(config, options, base, log);
  const { accounts, apiConfigs, generation, browser } = parts;
  if (!isVisit) {
    const linkBase = () => config.publicUrl ?? base.servers.at(-1)?.url ?? null;
    opened.use(new YearlyEnds({ ...parts, log: named(log, 'alerts') }));
    opened.use(new AlertDeliverer({ ...parts, linkBase, log: named(log, 'alerts') }));
  }
  const states = opened.use(parts.states);
  opened.use(parts.accountSwitch);
  const pending: Promise<void>[] = [];
  opened.defer(() => Promise.all(pending));
  // Before anything is resumed: a run that goes on ends before the database is closed.
  opened.use(generation);
  opened.use(parts.canary);
  opened.use(parts.canaryWatch);
  opened.use(parts.scheduler);
  opened.use(parts.readiness);
  opened.use(parts.probeWatch);
  const isOperatorKeyGuessable = isGuessable(operatorKey.reveal());
  const services = createServices({ ...parts, isOperatorKeyGuessable });
  await accounts.ensure(describedAccounts(config));
  for (const account of await accounts.list()) await states.open(account);
  events.begin(await accounts.resolve(null));
  if (!isVisit) {
    await reportUnfitTables({ database, apiConfigs, clock, log: named(log, 'storage') });
    await generation.resumeInterrupted();
    pending.push(sweep(log), warmUp(parts, log));
  }

  const { limits = {} } = options;
  const http = createHttpServer({
    ...{ schema, services, operatorKey, pageFolder: PAGE_FOLDER, log: named(log, 'http') },
    ...forHttp,
    ...{ allowedHosts: config.allowedHosts, trustsProxy: config.trustsProxy },
    ...{ subscriptionsPerKey: limits.subscriptionsPerKey, streamsPerKey: limits.streamsPerKey },
    answerCacheBytes: limits.answerCacheBytes,
  });
  return {
    fetch: async (request) =>
      (await import('./http/in-process.ts')).answerInProcess(await http.listener(), request),
    perform: (operation) => http.perform(operation),
    answers: http.answers,
    services,
    parts: { ...parts, isOperatorKeyGuessable },
    operatorKey: operatorKey.reveal(),
    issueLoginPath: () => loginPath(sessions.issueLink()),
    listen: async () => {
      // Everybody comes from a proxy's address; how many of them may, the proxy says.
      const perAddress = config.trustsProxy ? { perAddress: Number.POSITIVE_INFINITY } : {};
      const connections = { ...limits.connections, ...perAddress };
      const server = await listen(await http.listener(), config, connections, named(log, 'http'));
      base.servers.push(server);
      log.info({ url: server.url }, 'listening');
      const keys = keyFindings(isOperatorKeyGuessable);
      const findings = [...browserFindings(browser), ...sandboxFindings(browser), ...keys];
      for (const { message, nextAction } of findings) log.warn({ nextAction }, message);
      return server;
    },
    beginSchedules: () => {
      parts.scheduler.begin();
      parts.canaryWatch.begin();
    },
    beginForecasts: () => parts.readiness.begin(),
    beginProbes: () => parts.probeWatch.begin(),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
};

/** The database, and what is written to it whatever else happens. */
const openBase = async (config: Config, options: AppOptions, log: Logger, opened: DisposalStack) => {
  const { clock = () => new Date(), workingDirectory = process.cwd(), isVisit = false } = options;
  const database = opened.use(
    await Database.open({
      ...databaseOptions(config, workingDirectory, clock()),
      beforeStatement: options.beforeStatement,
      isBrief: isVisit,
    }),
  );
  const servers: Listening[] = [];
  opened.defer(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())));
  const events = opened.use(await EventLog.open({ database, clock, log: named(log, 'events') }));
  const audit = new Audit(database, clock);
  const forStorage = { database, events, audit, clock, log: named(log, 'storage') };
  watchStorage({ ...forStorage, isVisit });
  await reportFindings(forStorage);
  if (!isVisit) {
    await audit.record('SERVER_STARTED', { processId: process.pid });
    opened.defer(() => audit.record('SERVER_STOPPED', {}));
  }
  const refusals = opened.use(new Refusals(audit, named(log, 'access')));
  const accessKeys = new AccessKeys({ database, audit, clock });
  const sessions = new Sessions({ database, keys: accessKeys, audit, clock });
  opened.defer(() => sessions[Symbol.dispose]());
  return { database, servers, events, audit, refusals, accessKeys, sessions, clock };
};

type Base = Awaited<ReturnType<typeof openBase>>;

/** Everything that logs in, stores, verifies and says how it stands; nothing of it is begun yet. */
const joinParts = (config: Config, options: AppOptions, base: Base, log: Logger) => {
  const { database, events, audit, refusals, clock } = base;
  const { workingDirectory = process.cwd(), onCheckpoint = () => undefined } = options;
  const { profileTimeoutMs, notifierWebhookUri } = config;
  const api = new BrokerApi(config.apiBaseUrl, config.proxy);
  const credentials = new AccountCredentials(database, describedAccounts(config));
  const common = { database, audit, clock, api };
  const verifier = new TokenVerifier({ ...common, profileTimeoutMs, log: named(log, 'verifier') });
  const apiConfigs = new ApiConfigs({ ...common, source: config.configSource, credentials });
  const roles = new Roles({ database, apiConfigs, clock });
  const runs = new Runs(database);
  const accounts = new Accounts({ ...common, credentials, onRemoved: (accountId) => runs.forget(accountId) });
  const known = { events, verifier, apiConfigs, roles, credentials, runs };
  const states = new AuthStates({ ...common, ...known, log: named(log, 'state') });
  const cooldownMs = config.cooldownSeconds * 1000;
  const consequences = new Consequences({ states, audit, cooldownMs, clock, log: named(log, 'state') });
  /** What most parts of a run use; each names in its options what it takes of it. */
  const shared = { ...common, ...known, states, consequences, onCheckpoint, log: named(log, 'generation') };

  const timeoutMs = config.stepTimeoutSeconds * 1000;
  const intake = new TokenIntake(shared);
  const exchange = new CodeExchange({
    ...shared,
    intake,
    timeoutMs,
    refreshesExtended: config.refreshesExtended,
  });
  const acquisitions = new Acquisitions({ ...shared, timeoutMs, notifierWebhookUri });
  const forNotices = { acquisitions, intake, refusals, log: named(log, 'acquisition') };
  const notices = new ApprovalNotices({ ...shared, ...forNotices });

  const browser = {
    headless: config.headless,
    chromiumPath: config.chromiumPath,
    sandbox: config.chromiumSandbox,
    proxy: browserProxy(config.proxy, config.apiBaseUrl),
    owner: markOf(process.pid),
  };
  const queue = new BrowserQueue({
    browserLock: options.browserLock ?? path.join(tmpdir(), 'vega-auth-browser.lock'),
    place: workingDirectory,
    clock,
  });
  const host = new BrowserHost({ ...shared, browser, queue });
  const otpSpacingMs = config.otpSpacingSeconds * 1000;
  const pace = new OtpPace({ database, clock, otpSpacingMs, loginRateMs: config.loginRateSeconds * 1000 });
  const login = new BrowserLogin({
    ...shared,
    exchange,
    pace,
    stepTimeoutMs: timeoutMs,
    captchaWaitMs: config.headless ? 0 : config.captchaWaitSeconds * 1000,
  });
  const round = new BrowserRound({ ...shared, login, pace });
  const jobs = new Jobs(shared);
  const executor = new RunExecutor({ ...shared, jobs, queue, host, round, acquisitions });
  const starter = new RunStarter({ ...shared, jobs, executor, queue });
  const resumer = new RunResumer({ ...shared, jobs, executor, queue });
  const generation = new TokenGeneration({ ...shared, jobs, starter, resumer, queue, host });
  const calendar = new TradingCalendar({ ...common, profileTimeoutMs, log: named(log, 'calendar') });
  const forProbes = { calendar, profileTimeoutMs, isOptedIn: config.probes, log: named(log, 'probes') };
  const probes = new CapabilityProbes({ ...shared, ...forProbes });
  const probeWatch = new CapabilityWatch({ ...shared, ...forProbes, probes });
  const schedules = new Schedules({ ...common, calendar });
  const scheduler = new Scheduler({
    ...shared,
    calendar,
    schedules,
    generation,
    log: named(log, 'schedule'),
  });
  const starts: FactsOptions['schedules'] = {
    next: async (accountId, at) => (scheduler.isBegun ? schedules.next(accountId, at) : null),
  };
  const forCanary = { queue, host, stepTimeoutMs: timeoutMs, log: named(log, 'canary') };
  const canary = new Canary({ ...shared, ...forCanary });
  const canaryWatch = new CanaryWatch({ ...shared, ...forCanary, schedules, canary, isOn: config.canary });
  const forReadiness = { calendar, schedules: starts, generation, probes, otpSpacingMs, cooldownMs };
  const readiness = new ReadinessWatch({ ...shared, ...forReadiness, log: named(log, 'readiness') });
  queue.rankBy((accountId) => readiness.canWaitUntil(accountId));
  const parts = {
    ...{ ...base, ...shared, accounts, generation, browser, profileTimeoutMs },
    ...{ calendar, schedules, scheduler, readiness, canary, canaryWatch, probes, probeWatch },
    staticAddresses: config.staticAddresses,
    accountSwitch: new AccountSwitch({ ...shared, log: named(log, 'accounts') }),
    apps: new AppInspection({ api, timeoutMs: profileTimeoutMs, clock }),
    databaseLabel: path.relative(workingDirectory, database.path),
    sender: new AlertChannels({ proxy: config.proxy, allowedHosts: config.alertHosts }),
  };
  return { parts, forHttp: { acquisitions, exchange, notices } };
};

const describedAccounts = ({ accountId, credentials, redirectUri, apis, furtherAccounts }: Config) => [
  { id: accountId, credentials, redirectUri, apis },
  ...furtherAccounts,
];

/** Removes what the browsers of dead processes have left on disk. */
const sweep = async (log: Logger): Promise<void> => {
  const count = await sweepBrowserFolders(isSurelyDead);
  if (count > 0) log.info({ count }, 'what browsers of dead processes had left is removed');
};

const databaseOptions = (config: Config, workingDirectory: string, now: Date): DatabaseOptions => ({
  file: locateDatabase(config.databasePath, workingDirectory),
  zone: config.databaseZone,
  masterKey: { given: config.masterKeys, folder: path.join(workingDirectory, '.vega') },
  sealsTokens: config.sealTokens,
  now,
});

/** Puts a backup in the place of a database that nobody uses, and writes that down in its audit. */
export const restoreDatabase = (
  config: Config,
  workingDirectory: string,
  from: string | null,
): Promise<Restored> => {
  const clock: Clock = () => new Date();
  return restoreBackup(databaseOptions(config, workingDirectory, clock()), from, (database, restored) =>
    new Audit(database, clock).record('RESTORED', { file: path.basename(restored.from) }),
  );
};

/** The report of a day from a backup, with its lines; neither the backup nor the database is changed. */
export const reportOfBackup = async (
  config: Config,
  workingDirectory: string,
  backup: string,
  wish: ReportWish,
  clock: Clock = () => new Date(),
): Promise<MorningReport & { readonly lines: readonly string[] }> => {
  const options = databaseOptions(config, workingDirectory, clock());
  const report = await withBackup(options, backup, (database) =>
    readMorningReport({ database, clock }, wish),
  );
  return { ...report, lines: reportLines(report) };
};

/** What can be said of the database file while its configuration or its keys are wrong, or it is damaged. */
export const databaseFacts = (env: Env, workingDirectory: string) =>
  fileFacts(locateDatabase(env.VEGA_DB_PATH?.trim() || null, workingDirectory));
