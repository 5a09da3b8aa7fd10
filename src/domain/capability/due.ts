import type { ApiName } from '../account/api-name.ts';
import { istDateOf } from '../calendar/ist-date.ts';
import { isProbeable, type KeptAnswer, type ProbedRole, probeOf } from './capability.ts';

/** Every role is probed once more in this time before the bell. */
const LOOK_MS = 30 * 60_000;

/**
 * The roles that are probed by themselves now: those whose VALID token was not probed yet, and in the last half hour before
 * the bell those that were not probed since it began. Feeds only before the bell of the day: later the programs of the desk
 * have theirs open, and the broker may count a probe's among them.
 */
export const dueRoles = (
  roles: readonly ProbedRole[],
  kept: readonly KeptAnswer[],
  bell: Date | null,
  now: Date,
): readonly ApiName[] => {
  const lookFrom = bell === null ? Number.POSITIVE_INFINITY : bell.getTime() - LOOK_MS;
  const isBeforeBell = bell !== null && now < bell && istDateOf(bell) === istDateOf(now);
  const isLookTime = isBeforeBell && now.getTime() >= lookFrom;
  return roles
    .filter((role) => {
      if (role.verdict !== 'VALID' || !isProbeable(role)) return false;
      if (probeOf(role.apiName) === 'FEED' && !isBeforeBell) return false;
      const answer = kept.find(
        ({ apiName, fingerprint }) => apiName === role.apiName && fingerprint === role.fingerprint,
      );
      return answer === undefined || (isLookTime && answer.checkedAt.getTime() < lookFrom);
    })
    .map(({ apiName }) => apiName);
};
