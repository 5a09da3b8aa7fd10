import type { Database } from '../../db/database.ts';
import { LeaseLost } from '../../db/fence.ts';
import type { RunStop } from '../../domain/run/consequence.ts';
import {
  countDone,
  type EndedToken,
  type GenerationRun,
  type RunStatus,
} from '../../domain/run/generation-run.ts';
import { triesInVain } from '../../domain/run/tries.ts';
import type { Logger } from '../../log.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import type { Roles } from '../accounts/roles.ts';
import type { Acquisitions } from '../approvals/acquisitions.ts';
import type { AuthStates } from '../auth-state/auth-states.ts';
import type { Consequences } from '../auth-state/consequences.ts';
import type { BrowserHost } from '../browser-login/browser-host.ts';
import type { BrowserPlace } from '../browser-login/browser-place.ts';
import type { BrowserQueue } from '../browser-login/browser-queue.ts';
import type { BrowserRound } from '../browser-login/browser-round.ts';
import { LeaveRun } from '../browser-login/leave-run.ts';
import { RunSession } from '../browser-login/run-session.ts';
import type { Clock } from '../clock.ts';
import type { CheckpointObserver } from '../runs/checkpoints.ts';
import type { Job } from '../runs/job.ts';
import type { RunLooks } from '../runs/run-looks.ts';
import type { Runs } from '../runs/runs.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';
import type { Jobs } from './jobs.ts';
import { recheckTokens } from './recheck-tokens.ts';

/** After so many pauses in a row without a token, the run ends and the operator has to look. */
const MAX_FRUITLESS_PAUSES = 3;

interface Options {
  readonly jobs: Jobs;
  readonly queue: BrowserQueue;
  readonly host: BrowserHost;
  readonly round: BrowserRound;
  readonly acquisitions: Acquisitions;
  readonly states: AuthStates;
  readonly consequences: Consequences;
  readonly runs: Runs;
  readonly database: Database;
  readonly verifier: TokenVerifier;
  readonly roles: Roles;
  readonly apiConfigs: ApiConfigs;
  /** Where waits are not waited for here: what has a worker look at the account when they are over. */
  readonly looks: RunLooks | null;
  readonly clock: Clock;
  readonly onCheckpoint: CheckpointObserver;
}

/** Executes one run to its end: with the browser and cooldowns in between, or until its tokens have come from outside. */
export class RunExecutor {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Begins once the run has the browser. */
  async execute(job: Job, first: BrowserPlace): Promise<void> {
    const { states, consequences, round, host, looks, onCheckpoint } = this.#options;
    const { live, account, log } = job;
    const session = new RunSession(host);
    let place: BrowserPlace | null = first;
    try {
      if (!(await this.#awaitPlace(job, first))) return await this.finish(job);
      log.info({ apis: job.configs.map(({ apiName }) => apiName) }, 'run started');
      await states.loginStarted(account);
      onCheckpoint('LOGIN_STARTED');
      while (place !== null) {
        const stop = await round.makeTokens(job, session, place);
        const isLeft = stop instanceof LeaveRun;
        const resumes =
          !isLeft &&
          stop !== null &&
          isRetriedLater(stop) &&
          triesInVain(live.state) < MAX_FRUITLESS_PAUSES &&
          !job.abort.signal.aborted;
        const staysHere = resumes && looks === null;
        // Closed before the browser is released, so that the next run finds no session open.
        if (!staysHere) await session[Symbol.asyncDispose]();
        place[Symbol.dispose]();
        onCheckpoint('BROWSER_CLOSED');
        if (stop === null) break;
        if (isLeft) return await this.#leave(job, stop.milliseconds);
        if (staysHere) await live.setStatus('COOLDOWN');
        else if (resumes) await this.leaveForCooldown(job);
        await consequences.publish(account, stop);
        if (stop.kind === 'COOLDOWN') onCheckpoint('COOLDOWN_STORED');
        if (resumes && !staysHere) return;
        place = resumes ? await this.#pause(job, null) : null;
        if (place === null) break;
        onCheckpoint('COOLDOWN_OVER');
        await live.resume();
      }
    } catch (error) {
      log.error({ err: error }, 'the run could not be executed');
    } finally {
      await closeQuietly(session, log);
      place?.[Symbol.dispose]();
    }
    await this.finish(job);
  }

  /** Begins with a pause: until the cooldown is over and the browser is free. */
  async resume(job: Job, joined: BrowserPlace | null): Promise<void> {
    let place: BrowserPlace | null = joined;
    try {
      place = await this.#pause(job, joined);
      if (place !== null) {
        await job.live.resume();
        return await this.execute(job, place);
      }
      if (job.leave.aborted && !job.abort.signal.aborted) return await this.#leave(job, 0);
    } catch (error) {
      place?.[Symbol.dispose]();
      job.log.error({ err: error }, 'the run could not be executed');
    }
    await this.finish(job);
  }

  /** Until the cooldown that is stored is over. */
  async leaveForCooldown({ live, account }: Job): Promise<void> {
    const { until } = (await this.#options.states.read(account)).cooldown;
    await live.leave('COOLDOWN', async (trx) => this.#options.looks?.add(trx, account.id, until));
  }

  /** Another process carries the run on, or this one. */
  #leave({ live, account, log }: Job, milliseconds: number): Promise<void> {
    const at = milliseconds === 0 ? null : new Date(this.#options.clock().getTime() + milliseconds);
    log.info({ at }, 'run left until it can go on');
    return live.leave('QUEUED', async (trx) => this.#options.looks?.add(trx, account.id, at));
  }

  /** Opens no browser: the tokens come from outside. When the program stops meanwhile, the run waits on at the next start. */
  async awaitExternal(job: Job): Promise<void> {
    const { acquisitions, states, looks } = this.#options;
    const { account, abort, log } = job;
    const apis = job.configs.map(({ apiName }) => apiName);
    let isLeft = false;
    try {
      log.info({ apis }, 'run started; its tokens come from outside');
      await states.loginStarted(account);
      await states.move(account, 'FIRST_API_TAKEN_UP');
      await acquisitions.execute(job, abort.signal, { staysHere: looks === null });
      isLeft = await this.#waitsElsewhere(job);
      if (!isLeft) await acquisitions.giveUp(job);
    } catch (error) {
      log.error({ err: error }, 'the run could not be executed');
      // What it waits for may still come: the next look goes on.
      isLeft = looks !== null && !abort.signal.aborted;
    }
    await this.finish(job, isLeft);
  }

  /** What it waits for is still to come, and is taken in by whichever process gets it; a look ends what lapses. */
  async #waitsElsewhere(job: Job): Promise<boolean> {
    const { acquisitions, jobs, looks, database } = this.#options;
    if (looks === null) return jobs.isClosing && (await acquisitions.isOpen(job));
    if (job.abort.signal.aborted || !(await acquisitions.isOpen(job))) return false;
    const { waitingUntil } = job.live.state;
    await database.write((trx) => looks.add(trx, job.account.id, waitingUntil));
    return true;
  }

  /** Ends the run, unless it is left as it is for the next start. */
  async finish(job: Job, isWaiting = false): Promise<void> {
    const { states, onCheckpoint, jobs, looks } = this.#options;
    const { live, account, log, abort } = job;
    if (abort.signal.reason instanceof LeaseLost)
      return log.warn('another worker has the account: the run goes on there');
    try {
      const isAtRest = live.state.status === 'COOLDOWN' || live.state.status === 'QUEUED';
      // Where looks carry runs on, one at rest is ended by a look that is asked for its end, and by nothing else.
      const isLeft = isWaiting || (isAtRest && (jobs.isClosing || (looks !== null && !abort.signal.aborted)));
      if (live.isLost) return await this.#forgetLost(job);
      if (!isLeft) {
        const ended = await this.#recheck(job);
        await live.end(endStatus(live.state, abort.signal.aborted, ended.length > 0), ended);
      }
      onCheckpoint('RUN_ENDED');
      if (!isLeft) await states.runEnded(account);
      onCheckpoint('STATE_SETTLED');
      log.info({ status: live.state.status }, 'run ended');
    } catch (error) {
      log.error({ err: error }, 'the end of the run could not be written');
    }
  }

  /** Another worker carries the run on: what it does is read from the database. */
  async #forgetLost({ live, account, log }: Job): Promise<void> {
    await live.end('STOPPED');
    this.#options.runs.forget(account.id);
    log.warn('another worker has the account: the run is left to it');
  }

  /** A check that fails does not keep the run from its end; the next check finds the same. */
  async #recheck(job: Job): Promise<readonly EndedToken[]> {
    try {
      const ended = await recheckTokens(job, this.#options);
      for (const { apiName: api, endedBy } of ended)
        job.log.error({ api, endedBy }, 'a token of this account has ended since another one was made');
      return ended;
    } catch (error) {
      job.log.error({ err: error }, 'the tokens could not be asked about once more');
      return [];
    }
  }

  /** A queued run begins when it has the browser; false when it is aborted before. */
  async #awaitPlace(job: Job, place: BrowserPlace): Promise<boolean> {
    const { live, log } = job;
    if (live.state.status !== 'QUEUED') return true;
    log.info('another account has the browser: the run waits in the queue');
    await live.noteTurn('TURN_AWAITED', null);
    if (!(await this.#awaitBrowser(job, place))) return false;
    await live.noteTurn('TURN_TAKEN', null);
    await live.setStatus('RUNNING');
    return true;
  }

  /** Waits for the browser, and publishes when another process has it; false when the run is aborted before. */
  async #awaitBrowser({ live, account, abort, leave, log }: Job, place: BrowserPlace): Promise<boolean> {
    const { runs, states } = this.#options;
    const { id } = live.state;
    try {
      return await place.wait(AbortSignal.any([abort.signal, leave]), () => {
        log.warn('another process has the browser: the run waits for it');
        runs.noteBrowser(id, true);
        void states
          .publish(account)
          .catch((error: unknown) => log.error({ err: error }, 'the wait could not be published'));
      });
    } finally {
      runs.noteBrowser(id, false);
    }
  }

  /** Waits until the cooldown is over, then for the browser; null when the run is aborted meanwhile. */
  async #pause(job: Job, joined: BrowserPlace | null): Promise<BrowserPlace | null> {
    const { account, abort, live } = job;
    const { states, queue } = this.#options;
    const { cooldown } = await states.read(account);
    const place = joined ?? queue.join(live.state.id, account.id);
    let hasBrowser = false;
    try {
      if (cooldown.until !== null) place.hold(cooldown.until);
      await states.cooldownOver(account, abort.signal);
      if (place.isHeld) place.release();
      hasBrowser = await this.#awaitBrowser(job, place);
    } finally {
      // A place that is not left would keep every other run waiting.
      if (!hasBrowser) place[Symbol.dispose]();
    }
    return hasBrowser ? place : null;
  }
}

/** The run resumes by itself after what has stopped it. */
const isRetriedLater = (stop: RunStop): boolean => {
  switch (stop.kind) {
    case 'STOP':
    case 'QUARANTINE':
      return false;
    case 'COOLDOWN':
      return stop.isRetried;
  }
};

/** A browser that cannot be closed does not keep the run from its end. */
const closeQuietly = async (session: RunSession, log: Logger): Promise<void> => {
  try {
    await session[Symbol.asyncDispose]();
  } catch (error) {
    log.error({ err: error }, 'the browser session could not be closed');
  }
};

const endStatus = (run: GenerationRun, isAborted: boolean, hasEndedOthers: boolean): RunStatus => {
  if (countDone(run) === run.steps.length && !hasEndedOthers) return 'COMPLETED';
  return isAborted ? 'ABORTED' : 'STOPPED';
};
