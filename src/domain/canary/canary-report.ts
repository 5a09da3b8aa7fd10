import type { ApiName } from '../account/api-name.ts';
import { type FailureCode, NEXT_ACTIONS } from '../run/failure.ts';
import { compareLandmarks, type Landmarks } from './landmarks.ts';

export const CANARY_VERDICTS = ['SAME', 'CHANGED', 'DRIFT', 'NOT_KNOWN'] as const;
export type CanaryVerdict = (typeof CANARY_VERDICTS)[number];

export const CANARY_ORIGINS = ['OPERATOR', 'SCHEDULE'] as const;
export type CanaryOrigin = (typeof CANARY_ORIGINS)[number];

/** What a look at the login dialog has seen; nothing was typed or pressed in it. */
export type SeenDialog =
  | {
      readonly kind: 'PAGE';
      readonly landmarks: Landmarks;
      /** Why the login would fail there; null where it would fill the step. */
      readonly failure: { readonly code: FailureCode; readonly message: string } | null;
    }
  /** Nobody knows what the dialog looks like: the broker did not answer, is closed or rests, or the look was broken off. */
  | {
      readonly kind: 'NOT_SEEN';
      readonly message: string;
      /** The broker was certainly not asked for the dialog, so that it can be asked again. */
      readonly isUnopened?: true;
    };

/** What a look at the login dialog of one API has come to. */
export interface CanaryReport {
  readonly id: string;
  readonly accountId: string;
  readonly apiName: ApiName;
  readonly at: Date;
  readonly origin: CanaryOrigin;
  readonly verdict: CanaryVerdict;
  /** For people; holds no secret. */
  readonly message: string;
  readonly nextAction: string;
  /** What differs from what is kept, in words. */
  readonly changes: readonly string[];
  /** Why the login would fail there, where that is known. */
  readonly failure: FailureCode | null;
  /** When what it was compared with was seen; null where nothing was kept. */
  readonly comparedWith: Date | null;
}

/** What was kept of the dialog when it was last known to be good. */
export interface KeptLandmarks {
  readonly landmarks: Landmarks;
  readonly at: Date;
}

type Judgement = Pick<CanaryReport, 'verdict' | 'message' | 'nextAction' | 'changes' | 'failure'>;

const NOTHING = 'Nothing.';

/** Says of what was seen whether the login would find its way. What is not known is neither SAME nor DRIFT. */
export const judge = (seen: SeenDialog, kept: KeptLandmarks | null): Judgement => {
  if (seen.kind === 'NOT_SEEN') {
    const nextAction = 'Run `vega-auth canary` again later; the next scheduled look does, too.';
    return { verdict: 'NOT_KNOWN', message: seen.message, nextAction, changes: [], failure: null };
  }
  const { landmarks, failure } = seen;
  const { texts: changes, isSerious } =
    kept === null ? { texts: [], isSerious: false } : compareLandmarks(kept.landmarks, landmarks);
  if (failure !== null) {
    const { code, message } = failure;
    return { verdict: 'DRIFT', message, nextAction: NEXT_ACTIONS[code], changes, failure: code };
  }
  if (isSerious) {
    const message = 'What the login types into, presses or relies on has changed.';
    const nextAction = NEXT_ACTIONS.PAGE_CHANGED;
    return { verdict: 'DRIFT', message, nextAction, changes, failure: null };
  }
  if (changes.length > 0) {
    const message = 'The login finds its way; something else of the page has changed.';
    return { verdict: 'CHANGED', message, nextAction: NOTHING, changes, failure: null };
  }
  const message =
    kept === null
      ? 'The login finds its way. Nothing was kept to compare the page with.'
      : 'The page is as it was.';
  return { verdict: 'SAME', message, nextAction: NOTHING, changes, failure: null };
};

/** Whether people are to be told: not of the same drift twice. */
export const isNewDrift = (report: CanaryReport, before: CanaryReport | null): boolean =>
  report.verdict === 'DRIFT' && (before?.verdict !== 'DRIFT' || driftKey(before) !== driftKey(report));

const driftKey = ({ failure, message, changes }: CanaryReport): string =>
  JSON.stringify([failure, message, changes]);
