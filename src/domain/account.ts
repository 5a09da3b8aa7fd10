import type { Secret } from './secret.ts';
import type { TotpSecret } from './totp-secret.ts';

/** What the broker's login page asks for. */
export interface Credentials {
  /** Ten digits, without +91. */
  readonly mobileNumber: Secret;
  /** Six digits. */
  readonly pin: Secret;
  readonly totp: TotpSecret;
}

/** One broker login with an id of our own. */
export interface Account {
  readonly id: string;
  /** The value of `upstox_tokens.user_id`. */
  readonly number: number;
  readonly name: string;
  /** The broker's user id, learnt at the first verified login; null before. */
  readonly brokerUserId: string | null;
}

/** The account that the environment describes. */
export const DEFAULT_ACCOUNT = { id: 'UPSTOX_01', number: 1 } as const;

/** Shows enough of a user id, a name or an e-mail for its owner to know it, and no more: `AB1234` → `AB****`. */
export const mask = (text: string): string =>
  `${text.slice(0, 2)}${'*'.repeat(Math.max(text.length - 2, 4))}`;
