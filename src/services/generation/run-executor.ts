import { asksForRest, FAILURES, type FailureCode } from '../../domain/failure.ts';
import {
  countDone,
  type EndedToken,
  type GenerationRun,
  type RunStatus,
} from '../../domain/generation-run.ts';
import type { Logger } from '../../log.ts';
import type { BrowserHost } from './browser-host.ts';
import type { BrowserQueue, BrowserTurn } from './browser-queue.ts';
import { makeTokens } from './browser-round.ts';
import type { GenerationOptions } from './generation-options.ts';
import type { Job } from './job.ts';
import { recheckTokens } from './recheck-tokens.ts';
import { RunSession } from './run-session.ts';

/** Pauses in a row that brought no token: after so many a person has to look. */
const MAX_FRUITLESS_PAUSES = 3;

interface Options extends GenerationOptions {
  readonly queue: BrowserQueue;
  readonly host: BrowserHost;
  /** The program is about to end: what is at rest is left for the next start. */
  readonly isClosing: () => boolean;
}

/** Carries one run to its end: by turns at the browser with cooldowns between them, or until its tokens have come from outside. */
export class RunExecutor {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Begins at the browser, once it is the run's turn. */
  async execute(job: Job, first: BrowserTurn): Promise<void> {
    const { states, onCheckpoint, host } = this.#options;
    const { live, account, log } = job;
    const session = new RunSession(host);
    let turn: BrowserTurn | null = first;
    try {
      if (!(await this.#awaitTurn(job, first))) return await this.finish(job);
      log.info({ apis: job.configs.map(({ apiName }) => apiName) }, 'run started');
      await states.loginStarted(account);
      onCheckpoint('LOGIN_STARTED');
      let fruitless = 0;
      while (turn !== null) {
        const before = countDone(live.state);
        const stoppedBy: FailureCode | null = await makeTokens(job, session, this.#options);
        const consequence = stoppedBy === null ? null : FAILURES[stoppedBy].consequence;
        fruitless = countDone(live.state) > before ? 1 : fruitless + 1;
        const goesOn =
          consequence === 'PAUSE' && fruitless < MAX_FRUITLESS_PAUSES && !job.abort.signal.aborted;
        // Closed before the turn is given away, so that whoever is next finds no browser at work.
        if (!goesOn) await session[Symbol.asyncDispose]();
        turn[Symbol.dispose]();
        onCheckpoint('BROWSER_CLOSED');
        if (stoppedBy === null) break;
        if (consequence === 'QUARANTINE') await states.publishQuarantine(account);
        if (!asksForRest(stoppedBy) && !(await states.isResting(account))) break;
        if (goesOn) await live.setStatus('COOLDOWN');
        await states.startCooldown(account);
        onCheckpoint('COOLDOWN_STORED');
        turn = goesOn ? await this.#pause(job, null) : null;
        if (turn === null) break;
        onCheckpoint('COOLDOWN_OVER');
        await live.resume();
      }
    } catch (error) {
      log.error({ err: error }, 'the run could not be carried to its end');
    } finally {
      await closeQuietly(session, log);
      turn?.[Symbol.dispose]();
    }
    await this.finish(job);
  }

  /** Begins with a pause: until the cooldown is over and the browser is free. */
  async resume(job: Job, place: BrowserTurn | null): Promise<void> {
    let turn: BrowserTurn | null = place;
    try {
      turn = await this.#pause(job, place);
      if (turn !== null) {
        await job.live.resume();
        return await this.execute(job, turn);
      }
    } catch (error) {
      turn?.[Symbol.dispose]();
      job.log.error({ err: error }, 'the run could not be carried to its end');
    }
    await this.finish(job);
  }

  /** Opens no browser: the tokens come from outside. When the program stops meanwhile, the run waits on at the next start. */
  async awaitExternal(job: Job): Promise<void> {
    const { acquisitions, states, isClosing } = this.#options;
    const { account, abort, log } = job;
    const apis = job.configs.map(({ apiName }) => apiName);
    let isLeft = false;
    try {
      log.info({ apis }, 'run started; its tokens come from outside');
      await states.loginStarted(account);
      await states.move(account, 'FIRST_API_TAKEN_UP');
      await acquisitions.execute(job, abort.signal);
      isLeft = isClosing() && (await acquisitions.isOpen(job));
      if (!isLeft) await acquisitions.giveUp(job);
    } catch (error) {
      log.error({ err: error }, 'the run could not be carried to its end');
    }
    await this.finish(job, isLeft);
  }

  /** Ends the run, unless it is left as it is for the next start. */
  async finish(job: Job, isWaiting = false): Promise<void> {
    const { states, onCheckpoint, isClosing } = this.#options;
    const { live, account, log, abort } = job;
    try {
      const isAtRest = live.state.status === 'COOLDOWN' || live.state.status === 'QUEUED';
      const isLeft = isWaiting || (isClosing() && isAtRest);
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

  /** What cannot be found out now shows at the next check; the run ends all the same. */
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

  /** A run that is queued begins when it has the browser; false when it is aborted before. */
  async #awaitTurn(job: Job, turn: BrowserTurn): Promise<boolean> {
    const { live, log } = job;
    if (live.state.status !== 'QUEUED') return true;
    log.info('another account has the browser: the run waits its turn');
    if (!(await this.#awaitBrowser(job, turn))) return false;
    await live.setStatus('RUNNING');
    return true;
  }

  /** Waits for the browser, and tells everybody while another process has it; false when the run is aborted before. */
  async #awaitBrowser({ live, account, abort, log }: Job, turn: BrowserTurn): Promise<boolean> {
    const { runs, states } = this.#options;
    const { id } = live.state;
    try {
      return await turn.wait(abort.signal, () => {
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

  /** Waits the cooldown out, then for the browser; null when the run is aborted meanwhile. */
  async #pause(job: Job, place: BrowserTurn | null): Promise<BrowserTurn | null> {
    const { account, abort, live } = job;
    await this.#options.states.cooldownOver(account, abort.signal);
    const turn = place ?? this.#options.queue.join(live.state.id);
    let hasBrowser = false;
    try {
      hasBrowser = await this.#awaitBrowser(job, turn);
    } finally {
      // A place that is left behind would keep everybody else waiting.
      if (!hasBrowser) turn[Symbol.dispose]();
    }
    return hasBrowser ? turn : null;
  }
}

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
