import type { ReadinessQuery } from '../../sdk/index.ts';

export type Forecast = Pick<ReadinessQuery['readiness'], 'bell' | 'eta' | 'etaWorst' | 'latestSafeStart'>;

/** A moment on the time axis, in milliseconds. */
export interface Mark {
  readonly name: 'bell' | 'done, about' | 'latest safe start';
  readonly at: number;
}

export const marksOf = ({ bell, eta, latestSafeStart }: Forecast): readonly Mark[] => [
  ...(latestSafeStart == null
    ? []
    : [{ name: 'latest safe start', at: Date.parse(latestSafeStart) } as const]),
  ...(eta == null ? [] : [{ name: 'done, about', at: Date.parse(eta) } as const]),
  ...(bell == null ? [] : [{ name: 'bell', at: Date.parse(bell) } as const]),
];

/** A mark that is further away than the axis is long would leave no room for the bars: the legend alone names it. */
const FARTHEST = 2;

/** The end of the axis, behind all marks that are near. */
export const endWith = (marks: readonly Mark[], from: number, to: number): number => {
  const near = marks.filter(({ at }) => at > to && at - to <= FARTHEST * (to - from));
  return Math.max(to, ...near.map(({ at }) => at + (at - from) / 50));
};
