import { LoginFailure } from '../../broker/login/login-failure.ts';
import type { CheckpointObserver } from '../runs/checkpoints.ts';
import type { BrowserPlace, Lending } from './browser-place.ts';

/** A run's turn with the browser, which it gives to other runs while it has to wait. */
export class BrowserTurn {
  readonly #place: BrowserPlace;
  readonly #signal: AbortSignal;
  readonly #onCheckpoint: CheckpointObserver;

  constructor(place: BrowserPlace, signal: AbortSignal, onCheckpoint: CheckpointObserver) {
    this.#place = place;
    this.#signal = signal;
    this.#onCheckpoint = onCheckpoint;
  }

  /** Gives the browser to other runs while this one is at work without it. */
  stepAside(): void {
    this.#place.stepAside();
    this.#onCheckpoint('TURN_GIVEN');
  }

  /** Has the browser again, if it stepped aside; `note` is told of a wait. Throws ABORTED when the run is aborted meanwhile. */
  async take(note: (kind: 'TURN_AWAITED' | 'TURN_TAKEN') => Promise<void>): Promise<void> {
    if (this.#place.hasBrowser) return;
    const waiting = this.#place.wait(this.#signal);
    const hasToWait = !this.#place.hasBrowser;
    if (hasToWait) await note('TURN_AWAITED');
    if (!(await waiting)) throw abortedWhileWaiting();
    if (hasToWait) await note('TURN_TAKEN');
    this.#onCheckpoint('TURN_TAKEN');
  }

  /** Answers when the time is over and the run has the browser again; throws ABORTED when the run is aborted meanwhile. */
  async lend(restMs: number, lending: Lending): Promise<void> {
    const waiting = this.#place.lend(restMs, lending, this.#signal);
    this.#onCheckpoint('TURN_GIVEN');
    if (!(await waiting)) throw abortedWhileWaiting();
    this.#onCheckpoint('TURN_TAKEN');
  }
}

export const abortedWhileWaiting = (): LoginFailure =>
  new LoginFailure('ABORTED', 'The run was aborted while it was waiting.');
