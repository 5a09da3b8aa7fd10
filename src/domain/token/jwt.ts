import { toBrokerUserId } from '../account/broker-user-id.ts';

/** The claims of an access token that we use; the broker's tokens are JWTs, though its documents call them opaque. */
export interface TokenClaims {
  /** The broker's user id. */
  readonly userId: string | null;
  readonly isPlusPlan: boolean | null;
  readonly issuedAt: Date | null;
  readonly expiresAt: Date | null;
}

/** The year 3000. */
const LAST_SECOND = 32_503_680_000;

const NOTHING: TokenClaims = { userId: null, isPlusPlan: null, issuedAt: null, expiresAt: null };

/** Reads the claims without verifying the signature (only the broker can). All null when it is not a JWT. */
export const readClaims = (accessToken: string): TokenClaims => {
  const claims = decode(accessToken.split('.')[1]);
  if (claims === null) return NOTHING;
  const { sub, isPlusPlan, iat, exp } = claims;
  return {
    userId: toBrokerUserId(sub),
    isPlusPlan: typeof isPlusPlan === 'boolean' ? isPlusPlan : null,
    issuedAt: instant(iat),
    expiresAt: instant(exp),
  };
};

const decode = (part: string | undefined): Record<string, unknown> | null => {
  if (part === undefined) return null;
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
      char.charCodeAt(0),
    );
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
};

const instant = (seconds: unknown): Date | null => {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds <= 0) return null;
  // Milliseconds in place of seconds would lie in the year 58000: not what the claim means, so not believed.
  return seconds < LAST_SECOND ? new Date(seconds * 1000) : null;
};
