import type { BrowserWait } from '../../domain/run/browser-wait.ts';
import type { GenerationRun } from '../../domain/run/generation-run.ts';
import type { BrowserPlace } from '../browser-login/browser-place.ts';
import type { BrowserQueue } from '../browser-login/browser-queue.ts';
import type { Jobs } from './jobs.ts';

/** One run that has the browser or waits for it. */
export interface RunTurn {
  readonly run: GenerationRun;
  readonly accountId: string;
  /** Null while it is at work. */
  readonly waitsFor: BrowserWait | null;
  readonly since: Date;
  /** When what it waits for ends; null where nobody knows. */
  readonly canGoOnAt: Date | null;
}

export interface BrowserTurns {
  readonly holder: RunTurn | null;
  readonly isTakenElsewhere: boolean;
  readonly waiting: readonly RunTurn[];
}

export const readTurns = (queue: BrowserQueue, jobs: Jobs): BrowserTurns => {
  const { holder, waiting } = queue.places;
  return {
    holder: holder === null ? null : turnOf(holder, jobs),
    isTakenElsewhere: queue.isTakenElsewhere,
    waiting: waiting.flatMap((place) => turnOf(place, jobs) ?? []),
  };
};

/** Null for a run that is not stored yet. */
const turnOf = (place: BrowserPlace, jobs: Jobs): RunTurn | null => {
  const run = jobs.find(place.runId)?.live.state;
  if (run === undefined) return null;
  const { accountId, since } = place;
  if (run.status === 'WAITING_OPERATOR')
    return { run, accountId, since, waitsFor: 'PERSON', canGoOnAt: run.waitingUntil };
  const { waitsFor } = place;
  const isTimed = waitsFor !== null && waitsFor !== 'TURN' && waitsFor !== 'OTHER_PROCESS';
  return { run, accountId, since, waitsFor, canGoOnAt: isTimed ? place.canGoOnAt : null };
};
