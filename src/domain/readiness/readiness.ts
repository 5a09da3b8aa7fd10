import type { ApiName } from '../account/api-name.ts';
import type { TradingSession } from '../calendar/trading-session.ts';
import type { ReadinessReason } from './reasons.ts';

/** From the best to the worst; NO_SESSION beside them. */
export const READINESS_VERDICTS = ['READY', 'ON_TRACK', 'AT_RISK', 'TOO_LATE', 'NO_SESSION'] as const;
export type ReadinessVerdict = (typeof READINESS_VERDICTS)[number];

export const CONFIDENCES = ['LOW', 'MEDIUM', 'HIGH'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** Whether an account will have its tokens by the bell, as far as is known. */
export interface Readiness {
  readonly accountId: string;
  readonly verdict: ReadinessVerdict;
  readonly bell: Date | null;
  /** When the last token is there in half of the simulated mornings; null where nothing has to be made, or nothing makes it. */
  readonly eta: Date | null;
  /** When it is there in 95 of 100. */
  readonly etaWorst: Date | null;
  /** The last moment at which a start still makes it in 95 of 100; null once a run is under way. */
  readonly latestSafeStart: Date | null;
  /** Null where it depends on what nobody knows, such as whether a person starts a run. */
  readonly probability: number | null;
  readonly confidence: Confidence;
  /** The tokens that have to be made until the bell. */
  readonly missing: readonly ApiName[];
  readonly reasons: readonly ReadinessReason[];
  /** The session that begins after the bell. */
  readonly session: TradingSession | null;
  readonly computedAt: Date;
}

const rankOf = (verdict: ReadinessVerdict): number => READINESS_VERDICTS.indexOf(verdict);

export const isWorse = (one: ReadinessVerdict, other: ReadinessVerdict): boolean =>
  rankOf(one) > rankOf(other);

/** The worst first; accounts without a session last. */
export const byUrgency = (one: Readiness, other: Readiness): number =>
  urgencyOf(other) - urgencyOf(one) || one.accountId.localeCompare(other.accountId);

const urgencyOf = ({ verdict }: Readiness): number => (verdict === 'NO_SESSION' ? -1 : rankOf(verdict));
