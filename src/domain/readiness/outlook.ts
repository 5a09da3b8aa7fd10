import type { Prospect } from './plan.ts';
import type { Mornings } from './simulate.ts';

/** What the simulation says of one account. Times are milliseconds since 1970. */
export interface Outlook extends Prospect {
  readonly probability: number;
  readonly eta: number | null;
  readonly etaWorst: number | null;
  /** How long it takes from a start on in 95 of 100; null where a run is under way, or nothing comes to its end. */
  readonly safeMs: number | null;
}

export const outlookOf = (prospect: Prospect, { doneAt, tookMs }: Mornings, place: number): Outlook => {
  const { bell, stage } = prospect.plan;
  const done = doneAt[place] ?? new Float64Array();
  const ends = done.filter(Number.isFinite).sort();
  const took = (tookMs[place] ?? new Float64Array()).filter(Number.isFinite).sort();
  const inTime = ends.reduce((count, at) => count + (at <= bell.getTime() ? 1 : 0), 0);
  return {
    ...prospect,
    probability: done.length === 0 ? 0 : inTime / done.length,
    eta: quantile(ends, 0.5),
    etaWorst: quantile(ends, 0.95),
    safeMs: stage.kind === 'STARTS' ? quantile(took, 0.95) : null,
  };
};

const quantile = (sorted: Float64Array, share: number): number | null =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
