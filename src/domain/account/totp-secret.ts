import { Secret } from '../secret.ts';

/** A TOTP secret with the parameters of RFC 6238; the broker uses 30 s, 6 digits and SHA-1. */
export interface TotpSecret {
  readonly secret: Secret;
  readonly periodSeconds: number;
  readonly digits: 6 | 8;
  readonly algorithm: 'sha1' | 'sha256' | 'sha512';
}

const BASE32 = /^[A-Z2-7]{16,}$/;
/** What is left over after whole groups of eight letters, where the letters are no whole number of bytes. */
const IMPOSSIBLE_REMAINDERS = [1, 3, 6];
const ALGORITHMS = ['sha1', 'sha256', 'sha512'] as const;

/**
 * Reads a base32 secret (spaces, dashes, padding and lower case are forgiven) or a whole
 * `otpauth://totp/…?secret=…&period=…` link as a QR code holds it. Null when it is neither: the caller says
 * what is wrong without quoting it.
 */
export const parseTotpSecret = (text: string): TotpSecret | null =>
  text.trim().toLowerCase().startsWith('otpauth:') ? fromLink(text.trim()) : fromParts(text);

const fromLink = (text: string): TotpSecret | null => {
  if (!URL.canParse(text)) return null;
  const link = new URL(text);
  if (link.host !== 'totp') return null;
  const parameter = (name: string) => link.searchParams.get(name);
  return fromParts(
    parameter('secret') ?? '',
    Number(parameter('period') ?? 30),
    Number(parameter('digits') ?? 6),
    (parameter('algorithm') ?? 'sha1').toLowerCase(),
  );
};

const fromParts = (text: string, period = 30, digits = 6, algorithm = 'sha1'): TotpSecret | null => {
  const base32 = text.replace(/[\s-]/g, '').replace(/=+$/, '').toUpperCase();
  const known = ALGORITHMS.find((name) => name === algorithm);
  if (!BASE32.test(base32) || IMPOSSIBLE_REMAINDERS.includes(base32.length % 8)) return null;
  if (known === undefined) return null;
  if (!Number.isInteger(period) || period < 1 || period > 300) return null;
  if (digits !== 6 && digits !== 8) return null;
  return { secret: new Secret(base32), periodSeconds: period, digits, algorithm: known };
};

/** The number of the time step that an instant lies in. */
export const timeStepAt = (totp: Pick<TotpSecret, 'periodSeconds'>, now: Date): number =>
  Math.floor(now.getTime() / 1000 / totp.periodSeconds);

export const timeStepStart = (totp: Pick<TotpSecret, 'periodSeconds'>, timeStep: number): Date =>
  new Date(timeStep * totp.periodSeconds * 1000);
