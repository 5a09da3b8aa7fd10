import type { ApiName } from '../account/api-name.ts';

/** How a run gets its tokens: by logging in with a browser, or by asking the account's owner on the phone. */
export const ACQUISITION_PATHS = ['BROWSER', 'APPROVAL'] as const;

/** What comes from outside: a token after an approval, or a code after a login that a human did. */
export type AcquisitionKind = 'APPROVAL' | 'CALLBACK';

/** Something that a run waits for and that somebody else has to send, one for each of its APIs. It is settled once. */
export interface Acquisition {
  readonly accountId: string;
  readonly runId: string;
  readonly apiName: ApiName;
  readonly clientId: string;
  readonly kind: AcquisitionKind;
  /** SHA-256 of the `state` of a CALLBACK. */
  readonly stateHash: string | null;
  /** Null until it is asked for, written before the request leaves. */
  readonly requestedAt: Date | null;
  /** Null until it is known that it was asked for. */
  readonly expiresAt: Date | null;
  /** Tokens that were sent for it and that the broker did not know, or knew as somebody else's. */
  readonly failedProbes: number;
  readonly settledAt: Date | null;
}

/** Which one it is. */
export type AcquisitionKey = Pick<Acquisition, 'runId' | 'apiName'>;

/** What a run is told to wait for. */
export type ExternalLogin =
  | { readonly kind: 'APPROVAL' }
  | { readonly kind: 'CALLBACK'; readonly stateHash: string; readonly expiresAt: Date };

export const isLapsed = ({ expiresAt }: Acquisition, now: Date): boolean =>
  expiresAt !== null && now >= expiresAt;

/** It can still come, also after a restart: it was asked for for certain, or not at all. */
export const canStillCome = ({ settledAt, requestedAt, expiresAt }: Acquisition): boolean =>
  settledAt === null && (requestedAt === null || expiresAt !== null);

/** The earliest end of several; null when there is none. */
export const earliestEnd = (acquisitions: readonly Acquisition[]): Date | null =>
  acquisitions.reduce<Date | null>(
    (earliest, { expiresAt }) =>
      expiresAt !== null && (earliest === null || expiresAt < earliest) ? expiresAt : earliest,
    null,
  );
