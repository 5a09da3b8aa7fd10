import type { ReadinessVerdict } from '../readiness/readiness.ts';

/**
 * The facts of an act, read from its message: an entry holds words and nothing else. Null where an older version has
 * written it in other words; a test writes each act and reads it here.
 */

export interface FailureFacts {
  readonly code: string;
  /** What had left for the broker. */
  readonly submitted: readonly string[];
  /** What was seen, in words; null where an older version has not written it down. */
  readonly message: string | null;
}

export const failureIn = (message: string): FailureFacts | null => {
  const match = /^No token: (\w+)\. Submitted to the broker by then: ([\w, ]+)\.(?: (.+))?$/s.exec(message);
  if (match === null) return null;
  const [, code = '', submitted = '', words] = match;
  return { code, submitted: submitted === 'nothing' ? [] : submitted.split(', '), message: words ?? null };
};

export interface ForecastFacts {
  readonly verdict: ReadinessVerdict;
  readonly bell: Date;
  readonly eta: Date | null;
  readonly etaWorst: Date | null;
  readonly probability: number | null;
}

const FORECAST =
  /^Forecast (\w+) for the bell at (\S+): done about (not known|\S+), in 95 of 100 by (not known|\S+), probability (not known|[\d.]+)\.$/;

export const forecastIn = (message: string): ForecastFacts | null => {
  const match = FORECAST.exec(message);
  if (match === null) return null;
  const [, verdict = '', bell = '', eta = '', etaWorst = '', probability = ''] = match;
  const instant = (text: string): Date | null => (text === 'not known' ? null : new Date(text));
  return {
    verdict: verdict as ReadinessVerdict,
    bell: new Date(bell),
    eta: instant(eta),
    etaWorst: instant(etaWorst),
    probability: probability === 'not known' ? null : Number(probability),
  };
};

/** The failure that a cooldown follows from. */
export const cooldownReasonIn = (message: string): string | null =>
  /^Cooldown until \S+ \((\w+)\)\.$/.exec(message)?.[1] ?? null;
