import type { BlockReason } from '../sdk/index.ts';
import { EXIT } from './command.ts';
import type { Run } from './view/run.ts';
import type { StatusFacts } from './view/status.ts';

/** Blocks that no waiting and no other try removes. */
const NEEDS_OPERATOR: readonly (BlockReason | null)[] = ['CAPTCHA', 'CREDENTIALS_REJECTED'];
const STOPPED_FOR_OPERATOR: readonly string[] = ['CAPTCHA', 'CREDENTIALS_REJECTED'];

/** What a status means for whoever runs the program. */
export const exitOfStatus = ({ report, account }: Pick<StatusFacts, 'report' | 'account'>): number => {
  const { counts } = report;
  if (counts.total > 0 && counts.valid === counts.total) return EXIT.ALL_VALID;
  return NEEDS_OPERATOR.includes(account.blockedBy) ? EXIT.OPERATOR_NEEDED : EXIT.SOME_MISSING;
};

/** What a run that has ended means. */
export const exitOfRun = ({ status, steps }: Run): number => {
  if (status === 'COMPLETED') return EXIT.ALL_VALID;
  const needsOperator = steps.some(({ failure }) => STOPPED_FOR_OPERATOR.includes(failure?.code ?? ''));
  return needsOperator ? EXIT.OPERATOR_NEEDED : EXIT.SOME_MISSING;
};

/** What a refusal means: time heals some of them, a person has to see to others. */
const EXIT_OF_REFUSAL: Readonly<Record<string, number>> = {
  BROWSER_BUSY: EXIT.SOME_MISSING,
  COOLDOWN: EXIT.SOME_MISSING,
  RUN_IN_PROGRESS: EXIT.SOME_MISSING,
  QUARANTINED: EXIT.OPERATOR_NEEDED,
};

export const exitOfRefusal = (code: string): number => EXIT_OF_REFUSAL[code] ?? EXIT.FATAL;
