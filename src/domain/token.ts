import type { ApiName } from './api-name.ts';
import type { TokenClaims } from './jwt.ts';
import type { Secret } from './secret.ts';

export const STORAGE_KINDS = ['DATABASE', 'MEMORY'] as const;
export type StorageKind = (typeof STORAGE_KINDS)[number];

/** What a replace found in the table before. */
export const STORE_OPERATIONS = ['INSERTED', 'REPLACED'] as const;
export type StoreOperation = (typeof STORE_OPERATIONS)[number];

/** A token as it lies in the table `upstox_tokens`. */
export interface StoredToken {
  readonly accountNumber: number;
  readonly apiName: ApiName;
  readonly accessToken: Secret;
  /** The first letters of the token's SHA-256: says whether two tokens are the same one, and nothing else. */
  readonly fingerprint: string;
  /** What it says of itself, read once, so that it stays sealed while it is judged. */
  readonly claims: TokenClaims;
  readonly clientId: string | null;
  readonly generatedAt: Date | null;
  /** What `validity_at` says. */
  readonly validUntil: Date | 'ABSENT' | 'UNREADABLE';
  readonly isActive: boolean;
  /** Rises by one whenever the token is replaced. */
  readonly version: number;
  readonly storage: StorageKind;
}

/** A token that the broker has just issued. */
export interface NewToken {
  readonly accountNumber: number;
  readonly apiName: ApiName;
  readonly apiIndex: number;
  readonly isPrimary: boolean;
  readonly accessToken: Secret;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly redirectUri: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}
