import { readClaims } from './jwt.ts';

const DAY_MS = 86_400_000;
/** 03:30 IST as milliseconds after midnight UTC; India has one zone and no daylight saving. */
const END_OF_DAY_UTC_MS = 22 * 3_600_000;

/**
 * The next 03:30 IST strictly after `issuedAt`: when every Upstox access token dies, whenever it was made.
 * Source: Upstox developer documentation, "Get Token".
 */
export const nextExpiry = (issuedAt: Date): Date => {
  const sinceLastEnd = issuedAt.getTime() - END_OF_DAY_UTC_MS;
  return new Date((Math.floor(sinceLastEnd / DAY_MS) + 1) * DAY_MS + END_OF_DAY_UTC_MS);
};

/** The last 03:30 IST up to and including `now`: when the present trading day of the tokens began. */
export const lastExpiry = (now: Date): Date => new Date(nextExpiry(now).getTime() - DAY_MS);

export interface Expiry {
  readonly expiresAt: Date;
  /** The token's own `exp` differs from the 03:30 rule: worth telling the operator, believed all the same. */
  readonly conflictsWithRule: boolean;
}

/** When a token dies: its own `exp` when it can be read, else the rule. Never 24 hours, never `expires_in`. */
export const expiryOf = (accessToken: string, issuedAt: Date): Expiry => {
  const rule = nextExpiry(issuedAt);
  const { expiresAt } = readClaims(accessToken);
  if (expiresAt === null) return { expiresAt: rule, conflictsWithRule: false };
  return { expiresAt, conflictsWithRule: expiresAt.getTime() !== rule.getTime() };
};

/** A token is dead from its very last second on. */
export const isExpired = (expiresAt: Date, now: Date): boolean => now.getTime() >= expiresAt.getTime();

export const EXPIRY_LEVELS = ['GREEN', 'AMBER', 'RED', 'EXPIRED'] as const;
export type ExpiryLevel = (typeof EXPIRY_LEVELS)[number];

/** Whole seconds left, never negative. */
export const remainingSeconds = (expiresAt: Date, now: Date): number =>
  Math.max(0, Math.floor((expiresAt.getTime() - now.getTime()) / 1000));

const [AMBER_MS, RED_MS] = [3_600_000, 600_000];

/** Amber under an hour, red under ten minutes. */
export const expiryLevel = (expiresAt: Date, now: Date): ExpiryLevel => {
  if (isExpired(expiresAt, now)) return 'EXPIRED';
  const left = expiresAt.getTime() - now.getTime();
  if (left < RED_MS) return 'RED';
  return left < AMBER_MS ? 'AMBER' : 'GREEN';
};

/** The first instants of AMBER, RED and EXPIRED; none where there is no end. */
export const levelChanges = (expiresAt: Date | null): readonly Date[] =>
  expiresAt === null ? [] : [AMBER_MS - 1, RED_MS - 1, 0].map((left) => new Date(expiresAt.getTime() - left));
