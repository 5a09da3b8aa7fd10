import { tmpdir } from 'node:os';
import path from 'node:path';
import { AlertChannels } from '../alert-channels/alert-channels.ts';
import { BrokerApi } from '../broker/api/broker-api.ts';
import type { Config } from '../config.ts';
import { markOf } from '../db/files/process-mark.ts';
import { type Logger, named } from '../log.ts';
import { AccountCredentials } from '../services/accounts/account-credentials.ts';
import { Accounts } from '../services/accounts/accounts.ts';
import { ApiConfigs } from '../services/accounts/api-configs.ts';
import { Roles } from '../services/accounts/roles.ts';
import { Acquisitions } from '../services/approvals/acquisitions.ts';
import { ApprovalNotices } from '../services/approvals/approval-notices.ts';
import { AccountSwitch } from '../services/auth-state/account-switch.ts';
import { AuthStates } from '../services/auth-state/auth-states.ts';
import { Consequences } from '../services/auth-state/consequences.ts';
import { BrowserHost } from '../services/browser-login/browser-host.ts';
import { BrowserLogin } from '../services/browser-login/browser-login.ts';
import { BrowserQueue } from '../services/browser-login/browser-queue.ts';
import { BrowserRound } from '../services/browser-login/browser-round.ts';
import { OtpPace } from '../services/browser-login/otp-pace.ts';
import { TradingCalendar } from '../services/calendar/trading-calendar.ts';
import { Canary } from '../services/canary/canary.ts';
import { CanaryWatch } from '../services/canary/canary-watch.ts';
import { CapabilityProbes } from '../services/capabilities/capability-probes.ts';
import { CapabilityWatch } from '../services/capabilities/capability-watch.ts';
import { AccountLeases, LEASE_MS } from '../services/cluster/account-leases.ts';
import { AccountLooks } from '../services/cluster/account-looks.ts';
import { AccountWorker } from '../services/cluster/account-worker.ts';
import { WorkerMark } from '../services/cluster/worker-mark.ts';
import { CodeExchange } from '../services/exchange/code-exchange.ts';
import { TokenIntake } from '../services/exchange/token-intake.ts';
import { Jobs } from '../services/generation/jobs.ts';
import { RunExecutor } from '../services/generation/run-executor.ts';
import { RunResumer } from '../services/generation/run-resumer.ts';
import { RunStarter } from '../services/generation/run-starter.ts';
import { TokenGeneration } from '../services/generation/token-generation.ts';
import { AppInspection } from '../services/health/app-inspection.ts';
import type { FactsOptions } from '../services/readiness/account-facts-reader.ts';
import { ReadinessWatch } from '../services/readiness/readiness-watch.ts';
import { RunLooks } from '../services/runs/run-looks.ts';
import { Runs } from '../services/runs/runs.ts';
import { Scheduler } from '../services/schedule/scheduler.ts';
import { Schedules } from '../services/schedule/schedules.ts';
import { TokenVerifier } from '../services/tokens/token-verifier.ts';
import type { AppOptions } from './app-options.ts';
import type { Base } from './open-base.ts';

/** Everything that logs in, stores, verifies and says how it stands; nothing of it is begun yet. */
export const joinParts = (config: Config, options: AppOptions, base: Base, log: Logger) => {
  const { database, events, audit, refusals, notes, clock } = base;
  const { workingDirectory = process.cwd(), onCheckpoint = () => undefined } = options;
  const { profileTimeoutMs, notifierWebhookUri } = config;
  const api = new BrokerApi(config.apiBaseUrl, config.proxy);
  const credentials = new AccountCredentials(database, describedAccounts(config));
  const common = { database, audit, clock, api };
  const verifier = new TokenVerifier({ ...common, profileTimeoutMs, log: named(log, 'verifier') });
  const apiConfigs = new ApiConfigs({ ...common, source: config.configSource, credentials });
  const roles = new Roles({ database, apiConfigs, clock });
  const runs = new Runs(database, options);
  const accounts = new Accounts({ ...common, credentials, onRemoved: (accountId) => runs.forget(accountId) });
  const known = { events, verifier, apiConfigs, roles, credentials, runs };
  const { isWorker = false } = options;
  const states = new AuthStates({ ...common, ...known, isWorker, log: named(log, 'state') });
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
  const forNotices = { acquisitions, intake, refusals, notes, log: named(log, 'acquisition') };
  const notices = new ApprovalNotices({ ...shared, ...forNotices });

  const browser = {
    headless: config.headless,
    chromiumPath: config.chromiumPath,
    sandbox: config.chromiumSandbox,
    proxy: config.proxy,
    owner: markOf(process.pid),
  };
  const queue = new BrowserQueue({
    browserLock: options.browserLock ?? path.join(tmpdir(), 'vega-auth-browser.lock'),
    place: workingDirectory,
    clock,
  });
  const host = new BrowserHost({ ...shared, browser, queue });
  const otpSpacingMs = config.otpSpacingSeconds * 1000;
  const loginRateMs = config.loginRateSeconds * 1000;
  const pace = new OtpPace({ database, clock, otpSpacingMs, loginRateMs, egress: config.egress });
  const login = new BrowserLogin({
    ...shared,
    exchange,
    pace,
    stepTimeoutMs: timeoutMs,
    captchaWaitMs: config.headless ? 0 : config.captchaWaitSeconds * 1000,
  });
  const looks = database.looks === null ? null : new RunLooks({ database, queue: database.looks });
  const round = new BrowserRound({ ...shared, login, pace, leavesWaits: looks !== null });
  const jobs = new Jobs(shared);
  const executor = new RunExecutor({ ...shared, jobs, queue, host, round, acquisitions, looks });
  const starter = new RunStarter({ ...shared, jobs, executor, queue, looks });
  const resumer = new RunResumer({ ...shared, jobs, executor, queue });
  const leases = new AccountLeases({ database, leaseMs: options.leaseMs ?? LEASE_MS, log: shared.log });
  const forLooks = { ...shared, jobs, executor, acquisitions, queue, leases };
  const accountLooks = looks === null ? null : new AccountLooks({ ...forLooks, looks });
  const generation = new TokenGeneration({
    ...{ ...shared, jobs, starter, resumer, queue, host },
    workers: accountLooks,
  });
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
  const forLogins = { otpSpacingMs, loginRateMs, cooldownMs };
  const forReadiness = { ...forLogins, calendar, schedules: starts, generation, probes };
  const readiness = new ReadinessWatch({ ...shared, ...forReadiness, log: named(log, 'readiness') });
  queue.rankBy((accountId) => readiness.canWaitUntil(accountId));
  looks?.rankBy((accountId) => readiness.canWaitUntil(accountId));
  const beginWork = (concurrency: number): AsyncDisposable => {
    if (database.looks === null || accountLooks === null)
      throw new Error('This database has no workers: its one program executes the runs itself.');
    return new AccountWorker({
      queue: database.looks,
      looks: accountLooks,
      jobs,
      concurrency,
      egress: config.egress,
      mark: new WorkerMark(path.join(workingDirectory, '.vega')),
      log: shared.log,
    });
  };
  const parts = {
    ...{ ...base, ...shared, accounts, generation, browser, profileTimeoutMs },
    ...{ calendar, schedules, scheduler, readiness, canary, canaryWatch, probes, probeWatch },
    staticAddresses: config.staticAddresses,
    accountSwitch: new AccountSwitch({ ...shared, log: named(log, 'accounts') }),
    apps: new AppInspection({ api, timeoutMs: profileTimeoutMs, clock }),
    databaseLabel: database.folder === null ? database.path : path.relative(workingDirectory, database.path),
    sender: new AlertChannels({ proxy: config.proxy, allowedHosts: config.alertHosts }),
  };
  return { parts, beginWork, forHttp: { acquisitions, exchange, notices } };
};

/** The accounts that the environment describes, the first one before the others. */
export const describedAccounts = ({ accountId, credentials, redirectUri, apis, furtherAccounts }: Config) => [
  { id: accountId, credentials, redirectUri, apis },
  ...furtherAccounts,
];
