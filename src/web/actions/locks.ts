import type { DashboardQuery } from '../gql/graphql.ts';
import type { Question } from '../intent.tsx';

type Facts = Pick<DashboardQuery, 'authState' | 'tokens'>;

const NEEDS_MAKING = ['EXPIRED', 'INVALID', 'MISSING'] as const;

export const isUnderWay = ({ authState: { run } }: Facts): boolean => run != null && run.endedAt === null;

/** Why no run can begin now; null when one can. Each reason is a fact that the API has told. */
export const lockOfRuns = (facts: Facts): string | null => {
  const { cooldown, blockedBy } = facts.authState;
  if (facts.tokens.length === 0) return 'Locked: no API app is configured.';
  if (blockedBy === 'CREDENTIALS_REJECTED') return 'Locked by the quarantine.';
  if (cooldown.active) return 'Locked until the cooldown ends.';
  return isUnderWay(facts) ? 'Locked: a run is under way.' : null;
};

/** Why there is nothing to make for "Generate missing". */
export const nothingMissing = ({ tokens }: Facts): string | null =>
  tokens.some(({ verdict }) => NEEDS_MAKING.some((one) => one === verdict)) ? null : 'Nothing is missing.';

const LOCKS: Readonly<Record<Question, (facts: Facts) => string | null>> = {
  CHOOSE: lockOfRuns,
  FORCE: lockOfRuns,
  ACCEPT: (facts) =>
    facts.authState.nextOperations.includes('ACCEPT_PARTIAL')
      ? null
      : (lockOfRuns(facts) ?? 'Locked: there is no partial set to accept.'),
  LOGOUT: () => null,
};

export const lockOf = (question: Question, facts: Facts): string | null => LOCKS[question](facts);
