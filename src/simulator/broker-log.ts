import { createHash } from 'node:crypto';

export type EntryKind =
  | 'DIALOG'
  | 'PAGE'
  | 'OTP_GENERATE'
  | 'OTP_VERIFY'
  | 'PIN'
  | 'AUTHORIZE'
  | 'REDIRECT'
  | 'TOKEN'
  | 'PROFILE'
  | 'LOGOUT'
  | 'APPROVAL_REQUEST'
  | 'APPROVAL_SENT'
  | 'CALENDAR'
  | 'STATIC_ADDRESSES'
  | 'FOREIGN_COOKIE'
  | 'MARKET_DATA'
  | 'FUNDS'
  | 'OPTION_CHAIN'
  | 'FEED_AUTHORIZE'
  | 'FEED'
  | 'FEED_CLOSED'
  | 'UNKNOWN_ROUTE';

export interface EntryFacts {
  readonly accepted: boolean;
  /** The broker's refusal code, or the name of the fault that struck. */
  readonly code?: string | undefined;
  readonly clientId?: string | undefined;
  /** The TOTP time step that the typed OTP belonged to. */
  readonly timeStep?: number | undefined;
  /** True when that time step had been accepted before. */
  readonly reusedTimeStep?: boolean | undefined;
  /** Of the authorization code or access token concerned. */
  readonly fingerprint?: string | undefined;
  /** The step that a served login page begins with, who asked for a profile, or the path of an unknown route or of a request with a foreign cookie. */
  readonly detail?: string | undefined;
}

export interface SimulatorEntry extends EntryFacts {
  readonly at: number;
  readonly kind: EntryKind;
}

/** What the broker saw, in order. No secret stands in it: codes and tokens as fingerprints, an OTP as its time step, a PIN not at all. */
export class BrokerLog {
  readonly entries: SimulatorEntry[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(kind: EntryKind, facts: EntryFacts): void {
    this.entries.push({ at: this.#now(), kind, ...facts });
  }
}

export function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 12);
}
