import type { AuthRecord } from '../auth/auth-state.ts';
import { consequenceOf } from '../run/consequence.ts';
import { type GenerationRun, isOver } from '../run/generation-run.ts';
import { lastExpiry } from '../token/expiry.ts';

/** Why a scheduled start leaves the account to a person today; null when it does not. */
export const leftToPerson = (record: AuthRecord, run: GenerationRun | null, now: Date): string | null => {
  const today = lastExpiry(now);
  if (record.isLoggedOut && record.phase === 'IDLE' && record.since >= today)
    return 'The operator has logged out today.';
  if (run === null || !isOver(run) || run.startedAt < today) return null;
  const codes = run.steps.flatMap(({ failure }) => (failure === null ? [] : [failure.code]));
  if (run.status === 'ABORTED') return 'The operator has aborted a run today.';
  const code = codes.find((one) => {
    const { kind, isRetried } = consequenceOf({ code: one });
    return (kind === 'STOP' || kind === 'QUARANTINE') && !isRetried;
  });
  return code === undefined ? null : `A run of today needs a person (${code}).`;
};
