import type { ApiName } from '../../src/domain/account/api-name.ts';
import type { AuthRecord } from '../../src/domain/auth/auth-state.ts';
import type { TokenCheck, Verdict } from '../../src/domain/token/verdict.ts';

export const NOW = new Date('2026-11-22T03:00:00Z');
export const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

/** Of an account that was never logged in, but for `parts`. */
export const authRecord = (parts: Partial<AuthRecord> = {}): AuthRecord => ({
  accountId: 'UPSTOX_01',
  phase: 'IDLE',
  since: NOW,
  cooldown: null,
  quarantinedAt: null,
  clearedAt: null,
  acceptedUntil: null,
  isLoggedOut: false,
  isConfirmed: false,
  ...parts,
});

export const check = (apiName: ApiName, verdict: Verdict): TokenCheck => ({
  apiName,
  verdict,
  timeValid: verdict === 'VALID' || verdict === 'UNKNOWN',
  profileValid: verdict === 'VALID',
  reason: null,
  httpStatus: null,
});

/** PRIMARY and another API. */
export const pair = (primary: Verdict, other: Verdict): readonly TokenCheck[] => [
  check('PRIMARY', primary),
  check('WEBSOCKET1', other),
];
