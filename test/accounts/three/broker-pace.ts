import type { SimulatorEntry } from '../../../src/simulator/simulator.ts';
import { type InvariantFacts, violationsIn } from '../../support/broker-invariants.ts';

/** Which account an app at the broker belongs to; null for what names no app. */
export type AccountOf = (clientId: string | null | undefined) => string | null;

export interface PaceFacts {
  readonly accountOf: AccountOf;
  readonly facts: (accountId: string) => InvariantFacts;
  readonly spacingMs: number;
  readonly rateMs: number;
  /** The milliseconds that surely lay between two entries of the log, whatever was done to the clock. */
  readonly between: (one: SimulatorEntry, other: SimulatorEntry) => number;
}

/** Everything in the broker's own log that must never stand there when several accounts share the browser, in words. */
export const violationsOfAll = (log: readonly SimulatorEntry[], facts: PaceFacts): readonly string[] => {
  const accountOf = ({ clientId }: SimulatorEntry) => facts.accountOf(clientId);
  const accounts = [...new Set(log.flatMap((entry) => accountOf(entry) ?? []))];
  return [
    ...accounts.flatMap((account) =>
      violationsIn(
        log.filter((entry) => accountOf(entry) === account),
        facts.facts(account),
      ).map((violation) => `${account}: ${violation}`),
    ),
    ...hastyIn(log, facts),
    ...crossedIn(log, facts),
    ...log
      .filter(({ kind }) => kind === 'FOREIGN_COOKIE')
      .map((entry) => `a cookie of another account came with ${entry.detail}`),
  ];
};

/** OTP requests that came too soon after another one of their account, or of any other account. */
const hastyIn = (
  log: readonly SimulatorEntry[],
  { accountOf, spacingMs, rateMs, between }: PaceFacts,
): readonly string[] => {
  const requests = log.filter(({ kind }) => kind === 'OTP_GENERATE');
  return requests.flatMap((request, index) =>
    requests.slice(0, index).flatMap((earlier) => {
      const isOwn = accountOf(earlier.clientId) === accountOf(request.clientId);
      const restMs = between(earlier, request);
      if (restMs >= (isOwn ? spacingMs : rateMs)) return [];
      const whose = isOwn ? 'its own' : `one of ${accountOf(earlier.clientId)}`;
      return [`${accountOf(request.clientId)} requested an OTP ${restMs} ms after ${whose}`];
    }),
  );
};

/** What a login sends once it has the browser for good: nothing of another account comes in between. */
const TYPED = ['OTP_VERIFY', 'PIN', 'AUTHORIZE', 'TOKEN'];

/** Submissions of one account between two of another one's that are typed without giving the browser away. */
const crossedIn = (log: readonly SimulatorEntry[], { accountOf }: PaceFacts): readonly string[] => {
  const sent = log.filter(({ kind }) => kind === 'DIALOG' || kind === 'OTP_GENERATE' || TYPED.includes(kind));
  return sent.flatMap((entry, index) => {
    const account = accountOf(entry.clientId);
    const previous = sent.slice(0, index).findLastIndex(({ clientId }) => clientId === entry.clientId);
    const before = sent[previous];
    if (account === null || before === undefined || !isTypedOn(before, entry)) return [];
    return sent
      .slice(previous + 1, index)
      .filter(({ clientId }) => accountOf(clientId) !== account)
      .map(
        (other) =>
          `${other.kind} of ${accountOf(other.clientId)} came between ${before.kind} and ${entry.kind} of ${account}`,
      );
  });
};

/** Only between an OTP request and its OTP, and before a login begins, the browser may be given away. */
const isTypedOn = (before: SimulatorEntry, entry: SimulatorEntry): boolean => {
  if (entry.kind === 'OTP_GENERATE') return before.kind === 'DIALOG';
  return TYPED.includes(entry.kind) && before.kind !== 'OTP_GENERATE';
};
