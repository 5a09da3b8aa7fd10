import type { ApiName } from './api-name.ts';

export const ACCESS_ROLES = ['OPERATOR', 'VIEWER', 'SERVICE'] as const;
export type AccessRole = (typeof ACCESS_ROLES)[number];

/** What a SERVICE key is confined to; null where it is not. */
export interface Bounds {
  readonly accountId: string | null;
  readonly apiNames: readonly ApiName[] | null;
}

export const UNBOUND: Bounds = { accountId: null, apiNames: null };

/** A key that was made for a person or a program. The key itself is known to its holder alone. */
export interface AccessKey {
  readonly id: string;
  readonly name: string;
  readonly role: AccessRole;
  readonly bounds: Bounds;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

export interface Caller {
  /** The same for all requests with the same key or session; holds no secret. */
  readonly id: string;
  /** Null for the operator's own key and for sessions. */
  readonly keyId: string | null;
  readonly role: AccessRole;
  readonly bounds: Bounds;
}

/** Whoever holds the operator's own key. */
export const OPERATOR: Caller = { id: 'the operator’s key', keyId: null, role: 'OPERATOR', bounds: UNBOUND };

export const callerIdOf = (keyId: string): string => `key ${keyId}`;

export const callerOfKey = ({ id, role, bounds }: AccessKey): Caller => ({
  id: callerIdOf(id),
  keyId: id,
  role,
  bounds,
});

/** Callers of the same audience are told the same. */
export const audienceOf = ({ role, bounds }: Caller): string => {
  const { accountId, apiNames } = bounds;
  return accountId === null && apiNames === null ? role : JSON.stringify([role, bounds]);
};

/** Whether an API's token is the caller's business. */
export const mayUseApi = ({ apiNames }: Bounds, apiName: ApiName): boolean =>
  apiNames === null || apiNames.includes(apiName);

/** So long a key cannot be found by trying; the ones that are made here are longer. */
export const STRONG_KEY_LENGTH = 32;

/** A key that somebody chose, short enough to be found by trying. */
export const isGuessable = (key: string): boolean => key.length < STRONG_KEY_LENGTH;
