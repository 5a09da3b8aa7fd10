import type { ApiConfig } from '../account/api-config.ts';
import type { ApiName } from '../account/api-name.ts';
import type { Secret } from '../secret.ts';
import type { TokenClaims } from './jwt.ts';

export const STORAGE_KINDS = ['DATABASE', 'MEMORY', 'SPILL'] as const;
export type StorageKind = (typeof STORAGE_KINDS)[number];

/** What a replace found in the table before. */
export const STORE_OPERATIONS = ['INSERTED', 'REPLACED'] as const;
export type StoreOperation = (typeof STORE_OPERATIONS)[number];

/** Why this program has marked a token inactive. */
export const MARK_REASONS = ['REJECTED', 'WRONG_ACCOUNT', 'CLIENT_CHANGED', 'REVOKED'] as const;
export type MarkReason = (typeof MARK_REASONS)[number];

export interface TokenMark {
  readonly reason: MarkReason;
  /** What the profile call was answered with; null when none was made. */
  readonly httpStatus: number | null;
  /** The broker's own code, where it answered with one. */
  readonly brokerCode?: string;
}

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
  /** What `validity_at` says; null where it says nothing that can be read. */
  readonly validUntil: Date | null;
  readonly isActive: boolean;
  /** Why this program has marked it inactive; null while it is active, and where another program did. */
  readonly mark: TokenMark | null;
  /** Rises by one whenever the token is replaced. */
  readonly version: number;
  readonly storage: StorageKind;
  /** When the broker confirmed it to another machine on the same database; null where that is not known. */
  readonly confirmedAt?: Date | null;
  /** When the broker last called it dead, whatever another program has made of its row since. */
  readonly markedAt?: Date;
}

/** A token that the broker has issued, for the table `upstox_tokens`. */
export interface NewToken extends Pick<ApiConfig, 'apiIndex' | 'apiName' | 'isPrimary'> {
  /** The app's; null where the role has none. */
  readonly clientId: string | null;
  readonly clientSecret: Secret | null;
  readonly redirectUri: string | null;
  readonly accountNumber: number;
  readonly accessToken: Secret;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}
