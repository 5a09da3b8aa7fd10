import type { AuditKind, StoredAuditEntry } from '../events/audit.ts';
import { cooldownReasonIn } from './audit-facts.ts';
import type { ReportWait, WaitKind } from './report.ts';

const BEGINNINGS: Readonly<Partial<Record<AuditKind, WaitKind>>> = {
  SPACING_BEGUN: 'SPACING',
  TIME_STEP_AWAITED: 'TOTP_STEP',
  TURN_AWAITED: 'TURN',
  COOLDOWN_BEGUN: 'COOLDOWN',
  CAPTCHA_AWAITED: 'PERSON',
  HUMAN_LOGIN_BEGUN: 'PERSON',
  APPROVAL_REQUESTED: 'APPROVAL',
};

/** `entries` are sorted by time. A cooldown is of the account, every other wait of one API. */
export const waitsIn = (entries: readonly StoredAuditEntry[]): readonly ReportWait[] =>
  entries.flatMap((entry, index) => {
    const { kind, at, apiName, message } = entry;
    const found = BEGINNINGS[kind];
    if (found === undefined) return [];
    const to = entries.slice(index + 1).find((later) => isEnd(found, entry, later))?.at ?? null;
    const reason = found === 'COOLDOWN' ? cooldownReasonIn(message) : null;
    return [{ kind: found, apiName, from: at, to, reason }];
  });

/** The next act of the same API is what was waited for, or the failure. */
const isEnd = (kind: WaitKind, begun: StoredAuditEntry, later: StoredAuditEntry): boolean =>
  kind === 'COOLDOWN'
    ? later.kind === 'COOLDOWN_ENDED' || later.kind === 'COOLDOWN_BEGUN'
    : later.kind !== 'LOGIN_BEGUN' &&
      later.apiName === begun.apiName &&
      later.correlationId === begun.correlationId;
