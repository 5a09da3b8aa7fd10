import type { Readiness } from '../../../src/domain/readiness/readiness.ts';

/** A forecast, and what came. */
export interface Judged {
  readonly readiness: Readiness;
  readonly isMade: boolean;
}

/**
 * READY and ON_TRACK say that the tokens will be there, TOO_LATE that they will not. AT_RISK says so where a person would
 * have to act (nobody does in these mornings); else it claims nothing.
 */
export const isRight = ({ readiness: { verdict, probability }, isMade }: Judged): boolean | null => {
  if (verdict === 'READY' || verdict === 'ON_TRACK') return isMade;
  if (verdict === 'TOO_LATE' || probability === null) return !isMade;
  return null;
};

/** A tenth of probability: what was said in the mean, and the share that made it. */
export interface Tenth {
  readonly from: number;
  readonly forecasts: number;
  readonly said: number;
  readonly made: number;
}

export const tenthsOf = (judged: readonly Judged[]): readonly Tenth[] =>
  Array.from({ length: 10 }, (_nothing, index) => {
    const within = judged.filter(({ readiness: { probability } }) =>
      probability === null ? false : Math.min(9, Math.floor(probability * 10)) === index,
    );
    return {
      from: index / 10,
      forecasts: within.length,
      said: mean(within.map(({ readiness }) => readiness.probability ?? 0)),
      made: mean(within.map(({ isMade }) => Number(isMade))),
    };
  });

/** The mean squared error; 0 is best. */
export const brierOf = (pairs: readonly { readonly said: number; readonly isMade: boolean }[]): number =>
  mean(pairs.map(({ said, isMade }) => (said - Number(isMade)) ** 2));

export const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
