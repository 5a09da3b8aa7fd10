import type { BlockReason, FailureCode } from '../sdk/index.ts';
import { EXIT } from './command.ts';
import type { Report } from './view/canary.ts';
import type { RoleCapability } from './view/capabilities.ts';
import type { Forecast } from './view/readiness.ts';
import type { Run } from './view/run.ts';
import type { StatusFacts } from './view/status.ts';

const { SOME_MISSING, OPERATOR_NEEDED } = EXIT;

/** A person is needed where no waiting and no other try helps; everything else leaves some tokens missing. */
const OPERATOR_BLOCKS: readonly BlockReason[] = [
  ...(['CAPTCHA', 'CREDENTIALS_REJECTED', 'ACTION_REQUIRED'] as const),
  ...(['MOBILE_REJECTED', 'TOKENS_END_EACH_OTHER'] as const),
];
const OPERATOR_FAILURES: readonly FailureCode[] = [
  ...(['CAPTCHA', 'CREDENTIALS_REJECTED', 'ACTION_REQUIRED'] as const),
  ...(['MOBILE_REJECTED', 'TOKEN_ENDED', 'TOTP_COMMAND_FAILED'] as const),
];

/** What a status means for whoever runs the program. */
export const exitOfStatus = ({ report, account }: Pick<StatusFacts, 'report' | 'account'>): number => {
  const { counts } = report;
  if (counts.total > 0 && counts.valid === counts.total) return EXIT.ALL_VALID;
  const needsOperator = account.blockedBy !== null && OPERATOR_BLOCKS.includes(account.blockedBy);
  return needsOperator ? OPERATOR_NEEDED : SOME_MISSING;
};

/** What a run that has ended means. */
export const exitOfRun = ({ status, steps, endedTokens }: Run): number => {
  if (status === 'COMPLETED') return EXIT.ALL_VALID;
  if (endedTokens.length > 0) return OPERATOR_NEEDED;
  const needsOperator = steps.some(
    ({ failure }) => failure !== null && OPERATOR_FAILURES.includes(failure.code),
  );
  return needsOperator ? OPERATOR_NEEDED : SOME_MISSING;
};

/** What a forecast means: 2 is that it is too late for a program to wait. */
export const exitOfForecast = ({ verdict }: Pick<Forecast, 'verdict'>): number => {
  if (verdict === 'TOO_LATE') return OPERATOR_NEEDED;
  return verdict === 'AT_RISK' ? SOME_MISSING : EXIT.ALL_VALID;
};

/** What looks at the login page mean: 2 is that a person has to see to it. */
export const exitOfCanary = (reports: readonly Pick<Report, 'verdict'>[]): number => {
  if (reports.some(({ verdict }) => verdict === 'DRIFT')) return OPERATOR_NEEDED;
  return reports.some(({ verdict }) => verdict === 'NOT_KNOWN') ? SOME_MISSING : EXIT.ALL_VALID;
};

/** What probes mean: a role that the broker does not let do its work needs a person. */
export const exitOfCapabilities = (capabilities: readonly Pick<RoleCapability, 'result'>[]): number => {
  if (capabilities.some(({ result }) => result === 'NOT_CAPABLE')) return OPERATOR_NEEDED;
  return capabilities.every(({ result }) => result === 'CAPABLE') ? EXIT.ALL_VALID : SOME_MISSING;
};

/** Refusals that time heals, and the one that a person has to see to; every other one is final. */
const EXIT_OF_REFUSAL: Readonly<Record<string, number>> = {
  ...{ BROWSER_BUSY: SOME_MISSING, COOLDOWN: SOME_MISSING, RUN_IN_PROGRESS: SOME_MISSING },
  QUARANTINED: OPERATOR_NEEDED,
};

export const exitOfRefusal = (code: string): number => EXIT_OF_REFUSAL[code] ?? EXIT.FATAL;
