import type { ApiName } from '../account/api-name.ts';
import { isProbeable, type KeptAnswer, type ProbedRole } from './capability.ts';

/** Every role is probed once more in this time before the bell. */
const LOOK_MS = 30 * 60_000;

/**
 * The roles that are probed by themselves now: those whose VALID token was not probed yet, and in the last half hour before
 * the bell those that were not probed since it began.
 */
export const dueRoles = (
  roles: readonly ProbedRole[],
  kept: readonly KeptAnswer[],
  bell: Date | null,
  now: Date,
): readonly ApiName[] => {
  const lookFrom = bell === null ? Number.POSITIVE_INFINITY : bell.getTime() - LOOK_MS;
  const isLookTime = bell !== null && now.getTime() >= lookFrom && now < bell;
  return roles
    .filter((role) => {
      if (role.verdict !== 'VALID' || !isProbeable(role)) return false;
      const answer = kept.find(
        ({ apiName, fingerprint }) => apiName === role.apiName && fingerprint === role.fingerprint,
      );
      return answer === undefined || (isLookTime && answer.checkedAt.getTime() < lookFrom);
    })
    .map(({ apiName }) => apiName);
};
