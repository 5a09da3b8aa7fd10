import type { ServiceFailure } from './api/service-refusal.ts';
import type { UdapiCode } from './api/udapi-error.ts';

export type LoginStep = 'OTP_GENERATE' | 'OTP_VERIFY' | 'PIN' | 'AUTHORIZE';

/** How the broker behaves. Apps are named by their index. */
export interface Knobs {
  /** How many time steps before the current one still pass; unknown for the real broker, so none. */
  readonly totpPastSteps: number;
  readonly refusesUsedTimeSteps: boolean;
  readonly otpLimit: { readonly count: number; readonly withinMs: number } | null;
  /** How long the broker wants between two OTP requests, as it says in its answer; texts of tests have 120. */
  readonly otpIntervalSeconds: number;
  readonly otpAttempts: number;
  readonly pinAttempts: number;
  readonly rejectedApps: Readonly<Record<number, UdapiCode>>;
  readonly revokedApps: readonly number[];
  /** The feed's address is given to them, and the handshake there is refused. */
  readonly refusedFeeds: readonly number[];
  /** Steps that are always refused, whatever was typed. */
  readonly refusedSteps: Readonly<Partial<Record<LoginStep, ServiceFailure>>>;
  readonly hangingSteps: readonly LoginStep[];
  readonly remembersIdentity: boolean;
  readonly asksConsent: boolean;
  readonly showsCaptcha: boolean;
  readonly pageChanged: boolean;
  /** Runs in the login page after its own script, and gives it habits of its own. */
  readonly pageScript: string;
  readonly edgeBlocked: boolean;
  /** Unknown for today's API; the 2019 API did so. */
  readonly newTokenRevokesOld: boolean;
  /** A login's new token ends every token that the user had before, of whatever app. */
  readonly oneTokenPerUser: boolean;
  /** The user's static addresses, the primary one first; null where the API has no such call. */
  readonly staticAddresses: readonly string[] | null;
  /** The answer of an exchange holds an extended token. */
  readonly yieldsExtendedToken: boolean;
  /** Undocumented; users report one to two minutes. */
  readonly codeLifetimeMs: number;
}

export const calm: Knobs = {
  totpPastSteps: 0,
  refusesUsedTimeSteps: false,
  otpLimit: null,
  otpIntervalSeconds: 0,
  otpAttempts: 5,
  pinAttempts: 5,
  rejectedApps: {},
  revokedApps: [],
  refusedFeeds: [],
  refusedSteps: {},
  hangingSteps: [],
  remembersIdentity: false,
  asksConsent: false,
  showsCaptcha: false,
  pageChanged: false,
  pageScript: '',
  edgeBlocked: false,
  newTokenRevokesOld: false,
  oneTokenPerUser: false,
  staticAddresses: [],
  yieldsExtendedToken: false,
  codeLifetimeMs: 120_000,
};

export const scenarios = {
  happy: {},
  'session-reuse': { remembersIdentity: true },
  consent: { asksConsent: true },
  'app-rejected': { rejectedApps: { 2: 'UDAPI100068' } },
  revoked: { revokedApps: [1] },
  'wrong-pin': { refusedSteps: { PIN: 'WRONG_PIN' } },
  throttled: { otpLimit: { count: 2, withinMs: 600_000 } },
  captcha: { showsCaptcha: true },
  'replayed-totp': { refusesUsedTimeSteps: true },
  'page-changed': { pageChanged: true },
  'edge-blocked': { edgeBlocked: true },
  hang: { hangingSteps: ['OTP_GENERATE'] },
  'one-token': { oneTokenPerUser: true },
  'one-app': {
    rejectedApps: Object.fromEntries([1, 2, 3, 4, 5].map((index) => [index, 'UDAPI100073' as const])),
  },
  extended: { yieldsExtendedToken: true },
  'feed-refused': { refusedFeeds: [2] },
} as const satisfies Record<string, Partial<Knobs>>;

export type ScenarioName = keyof typeof scenarios;

export const scenarioNames = Object.keys(scenarios) as readonly ScenarioName[];

export function isScenarioName(name: string): name is ScenarioName {
  return Object.hasOwn(scenarios, name);
}

export function knobsOf(name: ScenarioName, overrides: Partial<Knobs> = {}): Knobs {
  return { ...calm, ...scenarios[name], ...overrides };
}
