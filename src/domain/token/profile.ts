/** Whom a token belongs to, as the broker tells. */
export interface Profile {
  readonly userId: string;
  readonly userName: string;
  readonly email: string;
  readonly broker: string;
  readonly userType: string;
  readonly exchanges: readonly string[];
  readonly products: readonly string[];
  readonly orderTypes: readonly string[];
  readonly poa: boolean;
  readonly ddpi: boolean;
  readonly isActive: boolean;
}

/**
 * What one call told: 200 with a profile is alive, 401 or 403 with a code of the broker's own that means the token is
 * dead, everything else tells nothing.
 */
export type ProbeResult =
  | { readonly kind: 'ALIVE'; readonly profile: Profile }
  | { readonly kind: 'DEAD'; readonly httpStatus: number }
  | {
      readonly kind: 'UNKNOWN';
      readonly reason: UnknownReason;
      readonly httpStatus: number | null;
      /** What the broker's error envelope said; null where there was none. */
      readonly brokerCode: string | null;
    };

/** What one market-data call told of a read-only token: that it works, and not whose it is. */
export type MarketDataResult = { readonly kind: 'SERVED' } | Exclude<ProbeResult, { readonly kind: 'ALIVE' }>;

/** Why a probe told nothing. */
export type UnknownReason =
  | 'TIMEOUT'
  | 'NETWORK'
  | 'RATE_LIMITED'
  | 'BROKER_ERROR'
  | 'NOT_A_PROFILE'
  | 'NOT_MARKET_DATA';
