import type { ApiConfig } from '../account/api-config.ts';
import { API_NAMES, type ApiName } from '../account/api-name.ts';

/** What a role's token comes from. */
export const ROLE_CREDENTIALS = ['LOGIN', 'SHARED', 'ANALYTICS', 'EXTENDED', 'PASTED'] as const;
export type RoleCredential = (typeof ROLE_CREDENTIALS)[number];

/** Tokens that live for a year and place no orders; an account has at most one of each. */
export const HELD_KINDS = ['ANALYTICS', 'EXTENDED'] as const;
export type HeldKind = (typeof HELD_KINDS)[number];

export const isHeldKind = (credential: RoleCredential): credential is HeldKind =>
  HELD_KINDS.some((kind) => kind === credential);

/** What the operator has chosen for a role. */
export interface RoleAssignment {
  readonly apiName: ApiName;
  readonly credential: RoleCredential;
  /** Of SHARED only. */
  readonly sharedWith: ApiName | null;
  /** From then on it says LOGIN; null where it holds until the operator changes it. */
  readonly endsAt: Date | null;
  /** Added to the version of the token, so that a role's versions rise also when its credential changes. */
  readonly versionBase: number;
}

/** Where a role's token is stored. `clientId` is null where the token may be of any app. */
export type TokenSource =
  | { readonly kind: 'TABLE'; readonly apiName: ApiName; readonly clientId: string | null }
  | { readonly kind: 'HELD'; readonly held: HeldKind };

/** One of the up to six parts that an account's tokens play, and what serves it. */
export interface Role {
  readonly apiName: ApiName;
  readonly isPrimary: boolean;
  readonly credential: RoleCredential;
  readonly sharedWith: ApiName | null;
  /** Null where it shares with a role that the account does not have. */
  readonly source: TokenSource | null;
  readonly versionBase: number;
  /** Its token places no orders. */
  readonly isReadOnly: boolean;
}

type App = Pick<ApiConfig, 'apiName' | 'clientId' | 'apiIndex' | 'enabled'>;

/** The roles of an account: those of its enabled apps and those that have an assignment. PRIMARY first, then by index. */
export const rolesOf = (
  apps: readonly App[],
  assignments: readonly RoleAssignment[],
  now: Date,
): readonly Role[] => {
  const enabled = apps.filter((app) => app.enabled);
  const indexOf = (name: ApiName): number =>
    enabled.find(({ apiName }) => apiName === name)?.apiIndex ?? API_NAMES.indexOf(name);
  const own = API_NAMES.flatMap((apiName) => ownRole(apiName, enabled, assignments, now) ?? []);
  return own
    .map((role) => (role.credential === 'SHARED' ? sharing(role, own) : role))
    .sort(
      (one, other) =>
        Number(other.isPrimary) - Number(one.isPrimary) || indexOf(one.apiName) - indexOf(other.apiName),
    );
};

/** The role of an app that is served by its own login. */
export const loginRole = ({ apiName, clientId }: Pick<ApiConfig, 'apiName' | 'clientId'>): Role => ({
  apiName,
  isPrimary: apiName === 'PRIMARY',
  credential: 'LOGIN',
  sharedWith: null,
  source: { kind: 'TABLE', apiName, clientId },
  versionBase: 0,
  isReadOnly: false,
});

/** What serves a role of that name, whether or not the account has one. */
export const credentialAt = (
  apiName: ApiName,
  assignments: readonly RoleAssignment[],
  now: Date,
): RoleCredential => {
  const assigned = assignments.find((one) => one.apiName === apiName);
  const isOver = assigned?.endsAt != null && assigned.endsAt <= now;
  return assigned === undefined || isOver ? 'LOGIN' : assigned.credential;
};

const ownRole = (
  apiName: ApiName,
  apps: readonly App[],
  assignments: readonly RoleAssignment[],
  now: Date,
): Role | null => {
  const app = apps.find((one) => one.apiName === apiName);
  const assigned = assignments.find((one) => one.apiName === apiName);
  const credential = credentialAt(apiName, assignments, now);
  if (credential === 'LOGIN') {
    if (app === undefined) return null;
    return { ...loginRole(app), versionBase: assigned?.versionBase ?? 0 };
  }
  return {
    apiName,
    isPrimary: apiName === 'PRIMARY',
    credential,
    sharedWith: assigned?.sharedWith ?? null,
    source: sourceOf(apiName, credential, app),
    versionBase: assigned?.versionBase ?? 0,
    isReadOnly: isHeldKind(credential),
  };
};

const sourceOf = (apiName: ApiName, credential: RoleCredential, app: App | undefined): TokenSource | null => {
  if (isHeldKind(credential)) return { kind: 'HELD', held: credential };
  if (credential === 'SHARED') return null;
  return { kind: 'TABLE', apiName, clientId: credential === 'PASTED' ? null : (app?.clientId ?? null) };
};

/** A role shares the token of another role that has one of its own. */
const sharing = (role: Role, others: readonly Role[]): Role => {
  const other = others.find(({ apiName }) => apiName === role.sharedWith);
  if (other === undefined || other.credential === 'SHARED') return role;
  const versionBase = role.versionBase + other.versionBase;
  return { ...role, source: other.source, versionBase, isReadOnly: other.isReadOnly };
};

/** Tells token sources apart: roles of the same key have the same token. */
export const sourceKey = (role: Pick<Role, 'apiName' | 'source'>): string => {
  if (role.source === null) return `none ${role.apiName}`;
  return role.source.kind === 'TABLE' ? role.source.apiName : role.source.held;
};

/** A run makes its token. */
export const isByLogin = ({ credential }: Pick<Role, 'credential'>): boolean => credential === 'LOGIN';

/** Its token is a row of its own in the token table: the login of another role may end it. */
export const hasOwnRow = ({ apiName, source }: Pick<Role, 'apiName' | 'source'>): boolean =>
  source?.kind === 'TABLE' && source.apiName === apiName;

/** Where its token ends, only a person can bring another one. */
export const isByHand = ({ source }: Role, roles: readonly Role[]): boolean => {
  if (source?.kind !== 'TABLE') return true;
  const owner = roles.find(({ apiName }) => apiName === source.apiName);
  return owner === undefined || !isByLogin(owner);
};

/** The apps whose tokens runs make. */
export const loginApps = <One extends App>(apps: readonly One[], roles: readonly Role[]): readonly One[] =>
  apps.filter((app) => app.enabled && roles.some((role) => role.apiName === app.apiName && isByLogin(role)));

/** The roles that a held token serves. */
export const servedBy = (kind: HeldKind, roles: readonly Role[]): readonly ApiName[] =>
  roles.flatMap(({ apiName, credential }) => (credential === kind ? apiName : []));
