import { isHeldKind, type RoleAssignment } from './role.ts';

/** How many versions the tokens of each source have had, by `sourceKey`; none if left out. */
export type SourceVersions = ReadonlyMap<string, number>;

type NewAssignment = Omit<RoleAssignment, 'versionBase'>;

/** Where a role's token is stored, and what is added to its version there; whether its app is enabled makes no difference. */
const sourceOf = (
  { apiName, credential, sharedWith }: NewAssignment,
  assignments: readonly RoleAssignment[],
) => {
  if (isHeldKind(credential)) return { key: credential, base: 0 };
  if (credential !== 'SHARED' || sharedWith === null) return { key: apiName, base: 0 };
  const other = assignments.find((one) => one.apiName === sharedWith);
  const key = other !== undefined && isHeldKind(other.credential) ? other.credential : sharedWith;
  return { key, base: other?.versionBase ?? 0 };
};

/**
 * What has to be added to the versions of the role's next source, so that the versions of the role only rise: programs
 * tell a new token by its version. A source that stays goes on with the version that it has.
 */
export const nextVersionBase = (
  next: NewAssignment,
  assignments: readonly RoleAssignment[],
  versions: SourceVersions,
): number => {
  const { apiName } = next;
  const before = assignments.find((one) => one.apiName === apiName) ?? loginOf(next);
  const [from, to] = [sourceOf(before, assignments), sourceOf(next, assignments)];
  const versionIn = (key: string): number => versions.get(key) ?? 0;
  const rise = from.key === to.key ? 0 : versionIn(from.key) + 1 - versionIn(to.key);
  return before.versionBase + from.base + rise - to.base;
};

const loginOf = ({ apiName }: NewAssignment): RoleAssignment => ({
  ...{ apiName, credential: 'LOGIN', sharedWith: null, endsAt: null, versionBase: 0 },
});
