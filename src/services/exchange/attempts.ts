import { leaseGuard, renewShortLease } from '../../db/fence.ts';
import {
  type AttemptKind,
  type AttemptOwner,
  recordAttempt,
  SUBMISSION_MS,
} from '../../db/queries/login-attempts.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { LiveStep } from '../runs/live-step.ts';
import { refuseNeedlessLogin } from './needless-login.ts';

const AUDITED = { OTP_REQUEST: 'OTP_REQUESTED', PIN: 'PIN_SUBMITTED', CODE: 'CODE_EXCHANGED' } as const;

interface Requested {
  /** VEGA_EGRESS of this worker; null where it has none. */
  readonly egress?: string | null;
  /** Throws where it may not be submitted now. */
  readonly refuse?: (transaction: Queryable) => Promise<void>;
}

/**
 * Records that something is about to be submitted. What cannot be recorded for good is not submitted, nor is anything for
 * a role that another credential serves by now.
 */
export const noteAttempt = async (
  { database, audit, clock }: AuditedWrites,
  step: LiveStep,
  kind: AttemptKind,
  { egress = null, refuse = async () => undefined }: Requested = {},
): Promise<void> => {
  await renewShortLease(2 * SUBMISSION_MS);
  await database.write(
    async (transaction) => {
      await refuseNeedlessLogin(transaction, step, clock());
      await refuse(transaction);
      await recordAttempt(transaction, ownerOf(step), kind, clock(), egress);
      await audit.note(transaction, AUDITED[kind], {}, step.live.reference(step.config.apiName));
    },
    { mustLast: true },
  );
  leaseGuard()();
};

export const ownerOf = ({ account, live, config }: LiveStep): AttemptOwner => ({
  accountId: account.id,
  runId: live.state.id,
  apiName: config.apiName,
});
