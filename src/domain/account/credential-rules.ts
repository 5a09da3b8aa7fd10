import { Secret } from '../secret.ts';
import type { Credentials } from './account.ts';
import type { TotpSource } from './totp-command.ts';
import { parseTotpSecret } from './totp-secret.ts';

/** What a login is described with, as people write it. */
export interface CredentialTexts {
  readonly mobileNumber: string;
  readonly pin: string;
  readonly totp: string;
}

export type CredentialField = keyof CredentialTexts;

interface Rule {
  /** In words what it should be; holds nothing of the value. */
  readonly shape: string;
  readonly accepts: (text: string) => boolean;
}

/** What the broker's login can be given at all; the same for the environment and for requests. */
export const CREDENTIAL_RULES: Readonly<Record<CredentialField, Rule>> = {
  mobileNumber: {
    shape: 'a ten-digit Indian mobile number that starts with 6 to 9',
    accepts: (text) => /^[6-9]\d{9}$/.test(bareMobileNumber(text)),
  },
  pin: { shape: 'the six-digit PIN', accepts: (text) => /^\d{6}$/.test(text.trim()) },
  totp: {
    shape: 'the base32 TOTP secret (letters A-Z and digits 2-7, 16 or more) or an otpauth://totp link',
    accepts: (text) => parseTotpSecret(text) !== null,
  },
};

/** The texts as secrets; null when one of them is not what its rule says. */
export const toCredentials = ({ totp, ...texts }: CredentialTexts): Credentials | null => {
  const parsed = parseTotpSecret(totp);
  return parsed === null ? null : toCredentialsWith(texts, parsed);
};

/** As `toCredentials`, with codes from a source that was read already. */
export const toCredentialsWith = (
  { mobileNumber, pin }: Omit<CredentialTexts, 'totp'>,
  totp: TotpSource,
): Credentials | null => {
  const isSound = CREDENTIAL_RULES.mobileNumber.accepts(mobileNumber) && CREDENTIAL_RULES.pin.accepts(pin);
  if (!isSound) return null;
  return { mobileNumber: new Secret(bareMobileNumber(mobileNumber)), pin: new Secret(pin.trim()), totp };
};

const bareMobileNumber = (text: string): string =>
  text
    .trim()
    .replace(/[\s-]/g, '')
    .replace(/^(\+?91|0)(?=\d{10}$)/, '');
