import type { LoginFailure } from '../../broker/login/login-failure.ts';
import type { Database } from '../../db/database.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import { lendableMs } from '../../domain/run/browser-turns.ts';
import { consequenceOf, type RunStop, stopsRun } from '../../domain/run/consequence.ts';
import type { AccountCredentials } from '../accounts/account-credentials.ts';
import { getAccount } from '../accounts/accounts.ts';
import type { AuthStates } from '../auth-state/auth-states.ts';
import type { Clock } from '../clock.ts';
import { findNeedlessLogin } from '../exchange/needless-login.ts';
import type { CheckpointObserver } from '../runs/checkpoints.ts';
import type { Job } from '../runs/job.ts';
import { toFailure } from '../runs/to-failure.ts';
import type { BrowserLogin, BrowserStep } from './browser-login.ts';
import type { BrowserPlace } from './browser-place.ts';
import { BrowserTurn } from './browser-turn.ts';
import { LeaveRun } from './leave-run.ts';
import type { OtpPace, Spacing } from './otp-pace.ts';
import { OtpSpacing } from './otp-spacing.ts';
import type { RunSession } from './run-session.ts';

interface Options {
  readonly login: BrowserLogin;
  readonly pace: OtpPace;
  readonly database: Database;
  readonly credentials: AccountCredentials;
  readonly states: AuthStates;
  readonly clock: Clock;
  /** Nobody waits here for an OTP spacing: the run is carried on later, perhaps by another machine. */
  readonly leavesWaits: boolean;
  readonly onCheckpoint: CheckpointObserver;
}

const STOP: RunStop = { kind: 'STOP', isRetried: false };

/** Makes what is pending of a run, one API after the other in one browser session. */
export class BrowserRound {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Answers what stopped the round before its last API, or for how long the run is left alone; null if nothing did. */
  async makeTokens(job: Job, session: RunSession, place: BrowserPlace): Promise<RunStop | LeaveRun | null> {
    const { live, configs, abort, leave, log } = job;
    const pending = configs.filter((config) =>
      live.state.steps.some(({ apiName, status }) => apiName === config.apiName && status === 'PENDING'),
    );
    try {
      const turn = new BrowserTurn(place, abort.signal, this.#options.onCheckpoint);
      for (const config of pending) {
        if (abort.signal.aborted) return STOP;
        if (leave.aborted) return new LeaveRun(0);
        if (await this.#isDeclined(job, config)) continue;
        const stop = await this.#makeOne(job, config, session, turn);
        if (stop !== null) return stop;
      }
      return null;
    } catch (error) {
      if (error instanceof LeaveRun) return error;
      const failure = toFailure(error);
      log.error({ failure: failure.code, err: error }, 'run stopped');
      const next = live.state.steps.find(({ status }) => status === 'PENDING' || status === 'RUNNING');
      if (next === undefined) return STOP;
      if (!live.isLost) await this.#startStep(job, next.apiName);
      await live.fail(next.apiName, failure);
      return stopOf(failure) ?? STOP;
    }
  }

  /** The phase of the account follows with the end of the run where it cannot be written now. */
  async #startStep({ live, account, log }: Job, apiName: ApiName): Promise<void> {
    await live.startStep(apiName);
    try {
      await this.#options.states.move(account, 'FIRST_API_TAKEN_UP');
    } catch (error) {
      log.error({ err: error }, 'the state of the account could not be written');
    }
  }

  /** The role has been given another credential since the run began: no page is opened for it. */
  async #isDeclined({ live, account, log }: Job, { apiName }: ApiConfig): Promise<boolean> {
    const { database, clock } = this.#options;
    const needless = await findNeedlessLogin(database.read, account, apiName, clock());
    if (needless === null) return false;
    await live.decline(apiName, needless);
    log.info({ api: apiName }, 'another credential serves the role: no login is made for it');
    return true;
  }

  async #makeOne(
    { live, account: { id }, abort, log }: Job,
    config: ApiConfig,
    session: RunSession,
    turn: BrowserTurn,
  ): Promise<RunStop | null> {
    const { database, states, onCheckpoint } = this.#options;
    const { apiName } = config;
    await live.startStep(apiName);
    // Read anew for every API: the first login tells whose account it is.
    const account = await getAccount(database, id);
    await states.move(account, 'FIRST_API_TAKEN_UP');
    onCheckpoint('API_TAKEN_UP');
    try {
      await this.#logIn({ live, account, config, signal: abort.signal, log, turn }, session);
      await live.finish(apiName);
      onCheckpoint('API_DONE');
      log.info({ api: apiName }, 'token made');
      return null;
    } catch (error) {
      if (error instanceof LeaveRun) throw error;
      const failure = toFailure(error);
      log.warn({ api: apiName, failure: failure.code, err: error }, 'no token');
      await live.fail(apiName, failure);
      onCheckpoint('API_FAILED');
      return stopOf(failure);
    }
  }

  /**
   * Gives the browser to other runs while the account's OTP spacing lasts. The page is closed meanwhile, for nothing was
   * submitted in it; the context stays, because the broker may have remembered the first factor in it.
   */
  async #logIn(plan: LoginPlan, session: RunSession): Promise<void> {
    const { login, credentials, pace } = this.#options;
    const { account, live, config } = plan;
    let spacingEndsAt = session.needsOtp ? await this.#lend(plan, await pace.spacing(account.id)) : null;
    for (;;) {
      try {
        await plan.turn.take((kind) => live.noteTurn(kind, config.apiName));
        // Opened after the wait: the operator may have changed them meanwhile.
        const opened = { credentials: await credentials.open(account), session: await session.open() };
        return await login.makeToken({ ...plan, ...opened, spacingEndsAt });
      } catch (error) {
        if (!(error instanceof OtpSpacing)) throw error;
        session.needsOtp = true;
        spacingEndsAt = await this.#lend(plan, error.spacing);
      }
    }
  }

  /** Answers when the spacing ends, on the monotonic clock. */
  async #lend({ live, config, turn }: LoginPlan, spacing: Spacing): Promise<number> {
    const endsAt = performance.now() + spacing.restMs;
    const lentMs = lendableMs(spacing);
    if (lentMs === 0) return endsAt;
    await live.enter(config.apiName, 'OTP_SPACING');
    if (this.#options.leavesWaits) throw new LeaveRun(lentMs);
    await turn.lend(lentMs, { waitsFor: 'OTP_SPACING', keepsPage: false });
    return endsAt;
  }
}

/** A login before its page is open. */
type LoginPlan = Omit<BrowserStep, 'session' | 'credentials' | 'spacingEndsAt'>;

const stopOf = (failure: LoginFailure): RunStop | null => {
  const consequence = consequenceOf(failure);
  return stopsRun(consequence) ? consequence : null;
};
