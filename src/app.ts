import path from 'node:path';
import type { AppOptions } from './app/app-options.ts';
import { describedAccounts, joinParts } from './app/join-parts.ts';
import { openBase } from './app/open-base.ts';
import { sweepBrowserFolders } from './broker/chromium/browser-folder.ts';
import { type Config, ConfigError } from './config.ts';
import { isSurelyDead } from './db/files/process-mark.ts';
import { isGuessable } from './domain/account/access-key.ts';
import { schema } from './graphql/schema.ts';
import type { Operation, Outcome } from './http/graphql/operations.ts';
import { type Listening, listen } from './http/listen.ts';
import { createHttpServer, type HttpServer } from './http/server.ts';
import { createLogger, type Logger, named } from './log.ts';
import { loadOperatorKey } from './services/access/operator-key.ts';
import { loginPath } from './services/access/sessions.ts';
import { AlertDeliverer } from './services/alerts/alert-deliverer.ts';
import { openStates } from './services/auth-state/open-states.ts';
import { DisposalStack } from './services/disposal-stack.ts';
import { watchGivenBack } from './services/generation/given-back.ts';
import { browserFindings, keyFindings } from './services/health/system-health.ts';
import { sandboxFindings } from './services/health/system-trials.ts';
import { reportUnfitTables } from './services/health/table-findings.ts';
import { YearlyEnds } from './services/roles/yearly-ends.ts';
import { createServices, type Parts, type Services } from './services/services.ts';
import { warmUp } from './services/warm-up.ts';

export type { AppOptions } from './app/app-options.ts';
export { databaseFacts, reportOfBackup, restoreDatabase } from './app/without-app.ts';

/** Loaded where it is used: a desk that stays with its file needs nothing of PostgreSQL. */
export const migrateDatabase: typeof import('./app/move-database.ts').migrateDatabase = async (...all) =>
  (await import('./app/move-database.ts')).migrateDatabase(...all);

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
  /**
   * From now on this process executes runs: takes accounts from the queue of the database, `concurrency` at once, with the one
   * browser of its machine.
   */
  beginWork(concurrency: number): void;
  /** The path of a link that logs one browser in, once. */
  issueLoginPath(): string;
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
  const { workingDirectory = process.cwd(), isVisit = false, isWorker = false } = options;
  const log = options.log ?? createLogger(config.logLevel, options.logTo);
  const operatorKey = loadOperatorKey(config.operatorKey, workingDirectory);
  const base = await openBase(config, options, log, opened);
  const { database, events, sessions, clock } = base;
  const { parts, beginWork, forHttp } = joinParts(config, options, base, log);
  const { accounts, apiConfigs, generation, browser } = parts;
  if (!isVisit && !isWorker) {
    const linkBase = () => config.publicUrl ?? base.servers.at(-1)?.url ?? null;
    opened.use(new YearlyEnds({ ...parts, log: named(log, 'alerts') }));
    opened.use(new AlertDeliverer({ ...parts, linkBase, log: named(log, 'alerts') }));
  }
  opened.use(parts.states);
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
  opened.use(forHttp.notices);
  const isOperatorKeyGuessable = isGuessable(operatorKey.reveal());
  const services = createServices({ ...parts, isOperatorKeyGuessable });
  refuseSharedLogins(await accounts.findSharedLogins(), config);
  await accounts.ensure(describedAccounts(config));
  await openStates(base, await accounts.list());
  if (!isVisit) for (const { variable, message } of config.unknown) log.warn({ variable }, message);
  if (!isVisit) watchGivenBack({ ...parts, log: named(log, 'storage') });
  events.begin(await accounts.resolve(null));
  if (!isVisit) {
    if (!isWorker) await reportUnfitTables({ database, apiConfigs, clock, log: named(log, 'storage') });
    await generation.resumeInterrupted();
    pending.push(sweep(log));
    if (!isWorker) pending.push(warmUp(parts, log));
    if (!isWorker) forHttp.notices.begin();
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
    beginWork: (concurrency) => void opened.use(beginWork(concurrency)),
    beginProbes: () => parts.probeWatch.begin(),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
};

/** Removes what the browsers of dead processes have left on disk. */
const sweep = async (log: Logger): Promise<void> => {
  const count = await sweepBrowserFolders(isSurelyDead);
  if (count > 0) log.info({ count }, 'what browsers of dead processes had left is removed');
};

/** Two accounts of one login would count its OTPs and PINs apart, and the broker counts them together. */
const refuseSharedLogins = (
  shared: readonly { readonly id: string; readonly owner: string }[],
  { unknown }: Config,
): void => {
  if (shared.length === 0) return;
  const problems = shared.map(({ id, owner }) => ({
    variable: mobileVariable(id),
    message: `is the one of ${owner}, which the database holds; each account is a login of its own. Leave its variables out, or remove ${owner} first`,
  }));
  throw new ConfigError(problems, unknown);
};

const mobileVariable = (id: string): string => {
  const number = Number(id.replace(/\D/g, ''));
  return number <= 1 ? 'UPSTOX_MOBILE_NUMBER' : `UPSTOX_${number}_MOBILE_NUMBER`;
};
