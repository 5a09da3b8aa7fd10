import type { Secret } from '../secret.ts';
import type { ApiConfig } from './api-config.ts';
import type { TotpSource } from './totp-command.ts';

/** What the broker's login page asks for. */
export interface Credentials {
  /** Ten digits, without +91. */
  readonly mobileNumber: Secret;
  /** Six digits. */
  readonly pin: Secret;
  readonly totp: TotpSource;
}

/** One broker login with an id of our own. */
export interface Account {
  readonly id: string;
  /** The value of `upstox_tokens.user_id`. */
  readonly number: number;
  readonly name: string;
  /** The broker's user id, learnt at the first verified login; null before. */
  readonly brokerUserId: string | null;
  /** The one that requests without an account mean. */
  readonly isActive: boolean;
  /** For its apps that are stored without one; null where the database holds no credentials. */
  readonly redirectUri: string | null;
}

export interface DescribedAccount {
  readonly id: string;
  readonly credentials: Credentials;
  readonly redirectUri: string;
  /** Empty when the database holds them. */
  readonly apis: readonly ApiConfig[];
}

/** The account that the environment has to describe. */
export const DEFAULT_ACCOUNT = { id: 'UPSTOX_01', number: 1 } as const;

/** An id such as UPSTOX_02, for the account of that number. */
export const accountIdOf = (number: number): string => `UPSTOX_${String(number).padStart(2, '0')}`;

/** Shows enough of a user id, a name or an e-mail for its owner to know it, and no more: `AB1234` → `AB****`. */
export const mask = (text: string): string =>
  `${text.slice(0, 2)}${'*'.repeat(Math.max(text.length - 2, 4))}`;
