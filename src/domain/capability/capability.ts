import type { ApiName } from '../account/api-name.ts';
import type { Verdict } from '../token/verdict.ts';

export const CAPABILITY_RESULTS = ['CAPABLE', 'NOT_CAPABLE', 'NOT_KNOWN'] as const;
export type CapabilityResult = (typeof CAPABILITY_RESULTS)[number];

/** What is asked of the broker to see whether a token can do its work; each of them only reads. */
export const PROBES = ['FUNDS', 'FEED', 'OPTION_CHAIN'] as const;
export type Probe = (typeof PROBES)[number];

const PROBE_OF: Readonly<Record<ApiName, Probe>> = {
  PRIMARY: 'FUNDS',
  WEBSOCKET1: 'FEED',
  WEBSOCKET2: 'FEED',
  WEBSOCKET3: 'FEED',
  OPTIONCHAIN1: 'OPTION_CHAIN',
  OPTIONCHAIN2: 'OPTION_CHAIN',
};

export const probeOf = (apiName: ApiName): Probe => PROBE_OF[apiName];

/** Why a result is not CAPABLE: in words, and what a person does about it. */
const REASONS = {
  REFUSED: {
    message: 'The broker refuses this call to the token.',
    nextAction: 'Look at the app and its permissions at the broker, or give the role another token.',
  },
  FEED_REFUSED: {
    message: 'The feed was authorized, and its handshake was refused.',
    nextAction:
      'Close other feeds of this user and probe again; else give the role another token, or ask the broker.',
  },
  NOT_ASKED: {
    message: 'The broker was not asked about this token.',
    nextAction: 'Ask it: `vega-auth probe`.',
  },
  PROBES_OFF: {
    message: 'Capability probes are off.',
    nextAction: 'Set VEGA_PROBES=true and start the server again.',
  },
  TOKEN_NOT_VALID: {
    message: 'The token does not work, so nothing was asked with it.',
    nextAction: 'Have the token made: `vega-auth generate`.',
  },
  MARKET_CLOSED: {
    message: 'The market is closed, so no market data was asked for.',
    nextAction: 'Probe again on a trading day before the close.',
  },
  MARKET_UNCERTAIN: {
    message: 'The broker refused, on a day that may be a holiday.',
    nextAction: 'Look at the exchange’s own calendar, and probe again on a trading day.',
  },
  FEED_BUSY: {
    message: 'Another process holds a socket of this user.',
    nextAction: 'Probe again in a minute.',
  },
  DATABASE: {
    message: 'The database cannot be written, so that two sockets could not be kept apart.',
    nextAction: 'Run `vega-auth doctor`; probe again when the database is back.',
  },
  FEED_CLOSED: {
    message: 'The feed closed the socket before it sent anything.',
    nextAction: 'Probe again in a minute.',
  },
  FEED_SILENT: {
    message: 'The feed opened and sent nothing.',
    nextAction: 'Probe again during trading hours.',
  },
  TIMEOUT: { message: 'The broker did not answer in time.', nextAction: 'Probe again in a minute.' },
  NETWORK: { message: 'The broker could not be reached.', nextAction: 'Check the network; probe again.' },
  RATE_LIMITED: {
    message: 'The broker asks for fewer requests.',
    nextAction: 'Probe again in a few minutes.',
  },
  BROKER_ERROR: {
    message: 'The answer says nothing of the token.',
    nextAction: 'Probe again in a few minutes.',
  },
  NOT_UNDERSTOOD: {
    message: 'The broker answered something else than it documents.',
    nextAction: 'Look at the broker’s announcements; the role may work all the same.',
  },
} as const satisfies Record<string, { readonly message: string; readonly nextAction: string }>;

export type CapabilityReason = keyof typeof REASONS;
export const CAPABILITY_REASONS = Object.keys(REASONS) as readonly CapabilityReason[];

/** What one probe has told. */
export interface ProbeAnswer {
  readonly result: CapabilityResult;
  /** Null for CAPABLE. */
  readonly reason: CapabilityReason | null;
  /** Null where nothing was answered. */
  readonly httpStatus: number | null;
  readonly brokerCode: string | null;
}

/** An answer as it is kept: of one role and one token. */
export interface KeptAnswer extends ProbeAnswer {
  readonly accountId: string;
  readonly apiName: ApiName;
  readonly fingerprint: string;
  readonly checkedAt: Date;
}

/** What is known of one role's ability. */
export interface Capability extends ProbeAnswer {
  readonly apiName: ApiName;
  readonly probe: Probe;
  /** Null where the present token was not probed. */
  readonly checkedAt: Date | null;
}

export const notKnown = (
  reason: CapabilityReason,
  { httpStatus = null, brokerCode = null }: Partial<Pick<ProbeAnswer, 'httpStatus' | 'brokerCode'>> = {},
): ProbeAnswer => ({ result: 'NOT_KNOWN', reason, httpStatus, brokerCode });

const UNASKED: readonly (CapabilityReason | null)[] = ['MARKET_CLOSED', 'FEED_BUSY', 'DATABASE'];

/** False for an answer that came without the broker. */
export const wasAsked = ({ reason }: Pick<ProbeAnswer, 'reason'>): boolean => !UNASKED.includes(reason);

/** A role with its token, as a probe needs to know it. */
export interface ProbedRole {
  readonly apiName: ApiName;
  readonly verdict: Verdict;
  /** Null where there is no token. */
  readonly fingerprint: string | null;
}

/** A token that was found dead, or whose time is up, is not probed; one of which nothing is known yet is. */
export const isProbeable = ({ verdict, fingerprint }: ProbedRole): boolean =>
  fingerprint !== null && (verdict === 'VALID' || verdict === 'UNKNOWN');

/** What is known of a role now: an answer about an earlier token says nothing of the present one. */
export const capabilityOf = (
  role: ProbedRole,
  kept: readonly KeptAnswer[],
  isOptedIn: boolean,
): Capability => {
  const { apiName, fingerprint } = role;
  const answer = kept.find((one) => one.apiName === apiName && one.fingerprint === fingerprint);
  const base = { apiName, probe: probeOf(apiName) };
  if (!isProbeable(role)) return { ...base, ...notKnown('TOKEN_NOT_VALID'), checkedAt: null };
  if (answer === undefined)
    return { ...base, ...notKnown(isOptedIn ? 'NOT_ASKED' : 'PROBES_OFF'), checkedAt: null };
  const { result, reason, httpStatus, brokerCode, checkedAt } = answer;
  return { ...base, result, reason, httpStatus, brokerCode, checkedAt };
};

const CAPABLE_WORDS: Readonly<Record<Probe, string>> = {
  FUNDS: 'The broker told the funds.',
  FEED: 'The feed opened and sent market data.',
  OPTION_CHAIN: 'The broker sent an option chain.',
};

/** For people, with what the broker answered where it says more. */
export const messageOf = ({ probe, reason, httpStatus, brokerCode }: Capability): string => {
  if (reason === null) return CAPABLE_WORDS[probe];
  const answer = [httpStatus === null ? '' : `HTTP ${httpStatus}`, brokerCode ?? ''].join(' ').trim();
  return `${REASONS[reason].message}${answer === '' ? '' : ` (${answer})`}`;
};

/** What a person does about it; null where nothing is to be done. */
export const nextActionOf = ({ reason }: Pick<Capability, 'reason'>): string | null =>
  reason === null ? null : REASONS[reason].nextAction;

/** The roles whose token works, and which the broker does not let do their work. */
export const notCapable = (capabilities: readonly Capability[]): readonly ApiName[] =>
  capabilities.filter(({ result }) => result === 'NOT_CAPABLE').map(({ apiName }) => apiName);
