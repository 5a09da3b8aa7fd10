import type { BlockReason, FailureCode } from '../sdk/index.ts';
import { EXIT } from './command.ts';
import type { Run } from './view/run.ts';
import type { StatusFacts } from './view/status.ts';

const { SOME_MISSING, OPERATOR_NEEDED } = EXIT;

/** A person is needed where no waiting and no other try helps. */
const EXIT_OF_BLOCK: Readonly<Record<BlockReason, number>> = {
  CAPTCHA: OPERATOR_NEEDED,
  CREDENTIALS_REJECTED: OPERATOR_NEEDED,
  APP_REJECTED: SOME_MISSING,
  BROKER_UNREACHABLE: SOME_MISSING,
  BROWSER_BUSY: SOME_MISSING,
  COOLDOWN: SOME_MISSING,
  DATABASE: SOME_MISSING,
  PAGE_CHANGED: SOME_MISSING,
  ACTION_REQUIRED: OPERATOR_NEEDED,
  MOBILE_REJECTED: OPERATOR_NEEDED,
  MAINTENANCE: SOME_MISSING,
  TOKENS_END_EACH_OTHER: OPERATOR_NEEDED,
};
const EXIT_OF_FAILURE: Readonly<Record<FailureCode, number>> = {
  CAPTCHA: OPERATOR_NEEDED,
  CREDENTIALS_REJECTED: OPERATOR_NEEDED,
  ACTION_REQUIRED: OPERATOR_NEEDED,
  MOBILE_REJECTED: OPERATOR_NEEDED,
  ABORTED: SOME_MISSING,
  APPROVAL_LAPSED: SOME_MISSING,
  APP_REJECTED: SOME_MISSING,
  BROKER_UNREACHABLE: SOME_MISSING,
  BROWSER_FAILED: SOME_MISSING,
  CLOCK_SKEW: SOME_MISSING,
  CODE_SPENT: SOME_MISSING,
  INTERNAL: SOME_MISSING,
  INTERRUPTED: SOME_MISSING,
  MAINTENANCE: SOME_MISSING,
  PAGE_CHANGED: SOME_MISSING,
  SPENT_UNKNOWN: SOME_MISSING,
  STORAGE_FAILED: SOME_MISSING,
  THROTTLED: SOME_MISSING,
  TOKEN_ENDED: OPERATOR_NEEDED,
  TOKEN_REJECTED: SOME_MISSING,
  UNVERIFIED: SOME_MISSING,
  WRONG_ACCOUNT: SOME_MISSING,
};

/** What a status means for whoever runs the program. */
export const exitOfStatus = ({ report, account }: Pick<StatusFacts, 'report' | 'account'>): number => {
  const { counts } = report;
  if (counts.total > 0 && counts.valid === counts.total) return EXIT.ALL_VALID;
  return account.blockedBy === null ? SOME_MISSING : EXIT_OF_BLOCK[account.blockedBy];
};

/** What a run that has ended means. */
export const exitOfRun = ({ status, steps, endedTokens }: Run): number => {
  if (status === 'COMPLETED') return EXIT.ALL_VALID;
  if (endedTokens.length > 0) return OPERATOR_NEEDED;
  return Math.max(
    SOME_MISSING,
    ...steps.map(({ failure }) => (failure === null ? 0 : EXIT_OF_FAILURE[failure.code])),
  );
};

/** What a refusal means: time heals some of them, a person has to see to others. */
const EXIT_OF_REFUSAL: Readonly<Record<string, number>> = {
  BROWSER_BUSY: SOME_MISSING,
  COOLDOWN: SOME_MISSING,
  RUN_IN_PROGRESS: SOME_MISSING,
  QUARANTINED: OPERATOR_NEEDED,
};

export const exitOfRefusal = (code: string): number => EXIT_OF_REFUSAL[code] ?? EXIT.FATAL;
