/**
 * Every way in which making a token can fail, and what the operator does next. Codes of the broker are listed in
 * `BROKER_CODES`; what the program does next is in `consequenceOf`.
 */
export const NEXT_ACTIONS = {
  THROTTLED: 'Wait until the cooldown is over before the next login; the broker is counting attempts.',
  CREDENTIALS_REJECTED:
    'Check the mobile number, PIN and TOTP secret by logging in by hand. Do not generate again before: five wrong PINs lock the account.',
  CAPTCHA:
    'Log in once by hand in a normal browser, or run with UPSTOX_HEADLESS=false; this program never touches a CAPTCHA.',
  ACTION_REQUIRED:
    'Log in at the broker by hand and decide there about what its page asks; then generate again. This program agrees to nothing.',
  MOBILE_REJECTED:
    'Correct UPSTOX_MOBILE_NUMBER, or the mobile number of the account: the broker knows no account with this one. Then generate again.',
  APP_REJECTED:
    "Open the broker's developer page and check this app: client id, secret, redirect URI, notifier webhook, and whether the app is active.",
  PAGE_CHANGED:
    "Log in once by hand to see what the broker's page asks for; if it has changed, vega-auth needs an update.",
  MAINTENANCE: "Look at the broker's status page, and generate again when its maintenance is over.",
  BROKER_UNREACHABLE:
    "Look at the broker's status page; `vega-auth doctor` shows whether this machine reaches the broker. Generate again when the cooldown is over.",
  CODE_SPENT: 'Generate this API again: a new login yields a new code.',
  SPENT_UNKNOWN:
    'Generate this API again: its code was sent to the broker and the answer never arrived, so it is not sent twice.',
  WRONG_ACCOUNT:
    'The login belongs to another broker user. Check mobile number and client id; the token was not kept.',
  TOKEN_REJECTED:
    'The broker refused the token it had just issued. Check the app at the broker, then generate this API again.',
  TOKEN_ENDED:
    'Do not generate it again as things are: that would end the other token. Give each API an app of its own; where they have one, enable only the APIs whose tokens the broker keeps at the same time, PRIMARY first.',
  UNVERIFIED:
    'The token is kept, but the broker did not confirm it. Ask tokenStatus again in a moment; it counts as valid only then.',
  APPROVAL_LAPSED:
    'Generate this API again and answer before the time is up: approve on the phone, or log in at the address that was given. A refusal on the phone looks like silence.',
  ROLE_NEEDS_NO_LOGIN:
    'Nothing, if the role is to keep its credential. Else assign LOGIN to it with assignRole, and generate this API again.',
  ABORTED: 'Generate again when ready.',
  INTERRUPTED:
    'The program ended in the middle of this step. Generate again: what is valid is not made again.',
  CLOCK_SKEW:
    'Set this machine’s clock (switch on NTP): a TOTP code of a wrong time counts as a wrong attempt.',
  TOTP_COMMAND_FAILED:
    'Run the program of UPSTOX_TOTP_COMMAND by hand, as the user of vega-auth: it has to print six digits within 10 s and to end with 0. Then generate again; no code was submitted.',
  BROWSER_FAILED: 'Run `vega-auth setup` to install a browser, or set VEGA_CHROMIUM_PATH to one that starts.',
  STORAGE_FAILED:
    'Run `vega-auth doctor`: it says what keeps the database from being written (a lock, a full disk, a table that refuses the row) and the cure. Then generate again.',
  LEASE_LOST:
    'Nothing: another worker has the account by now and carries its run on. Ask authState for the run.',
  INTERNAL: 'Look into the log under the correlation id of this run and report it.',
} as const;

export type FailureCode = keyof typeof NEXT_ACTIONS;

export const FAILURE_CODES = Object.keys(NEXT_ACTIONS) as readonly FailureCode[];

/** What left this machine for the broker in one step; none of these is ever sent a second time. */
export const SUBMISSIONS = ['MOBILE', 'OTP', 'PIN', 'CODE'] as const;
export type Submission = (typeof SUBMISSIONS)[number];

export interface FailureReason {
  readonly code: FailureCode;
  readonly message: string;
  /** The account rests after it, for so long at least; null or absent where the code alone decides. */
  readonly restMs?: number | null;
}

/** Why one API got no token. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  readonly nextAction: string;
  readonly submitted: readonly Submission[];
}

export const failureOf = (code: FailureCode, message: string, submitted: readonly Submission[]): Failure => ({
  code,
  message,
  nextAction: NEXT_ACTIONS[code],
  submitted,
});

/**
 * The broker's own codes, from toasts of the login page (seven digits) and from error envelopes of its API.
 * Sources: Upstox developer documentation "Error Codes", the login page's bundle, public logs.
 */
const BROKER_CODES: Readonly<Record<string, FailureCode>> = {
  '1017069': 'THROTTLED',
  '1017078': 'THROTTLED',
  '1017125': 'THROTTLED',
  UDAPI10005: 'THROTTLED',
  '1017106': 'CREDENTIALS_REJECTED',
  '1017090': 'CREDENTIALS_REJECTED',
  '1017016': 'CREDENTIALS_REJECTED',
  // The broker has lost the login half-way and starts over; trying on at once is what it punishes.
  '1017007': 'THROTTLED',
  '1017076': 'THROTTLED',
  '1017079': 'THROTTLED',
  '1017084': 'THROTTLED',
  '1017095': 'THROTTLED',
  '1017105': 'THROTTLED',
  '1017072': 'PAGE_CHANGED',
  UDAPI100058: 'APP_REJECTED',
  UDAPI100068: 'APP_REJECTED',
  UDAPI100069: 'APP_REJECTED',
  UDAPI100070: 'APP_REJECTED',
  UDAPI100073: 'APP_REJECTED',
  UDAPI100016: 'APP_REJECTED',
  UDAPI1123: 'APP_REJECTED',
  UDAPI1124: 'APP_REJECTED',
  UDAPI1155: 'APP_REJECTED',
  UDAPI1157: 'APP_REJECTED',
  UDAPI100057: 'CODE_SPENT',
  UDAPI100500: 'BROKER_UNREACHABLE',
};

/** The page answers these by itself, by trying its own request again. */
const PASSING_CODES: readonly string[] = ['4000001'];

export const isPassingCode = (code: string): boolean => PASSING_CODES.includes(code);

export const failureOfBrokerCode = (code: string): FailureCode | undefined =>
  Object.hasOwn(BROKER_CODES, code) ? BROKER_CODES[code] : undefined;
