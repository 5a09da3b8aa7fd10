/** Why a verdict is what it is, and what a person does about it. */
export const REASON_ACTIONS = {
  NO_SESSION: 'Nothing: no session begins within a day.',
  BELL_PASSED: 'Make what is missing now; programs trade without it until then.',
  DATABASE: 'Run `vega-auth doctor`: it says what keeps the database from being written, and the cure.',
  NO_WORKER: 'Start one on a machine with a browser: `vega-auth work`.',
  TOKENS_UNKNOWN: 'Ask the broker about them: `vega-auth status`.',
  NOT_CAPABLE:
    'Look at the roles with `vega-auth probe --last`: it says what the broker refused, and the cure.',
  NOT_CONFIGURED: 'Configure the account and its API apps; see `authState`.',
  GATE_SHUT: 'Open the gate; `authState` says what it takes.',
  PERSON_NEEDED: 'Do what `authState` says.',
  PAGE_DRIFT: 'Look at the login page by hand; if it has changed, vega-auth needs an update.',
  NOT_STARTED: 'Start a run by the latest safe start: `vega-auth generate`.',
  STARTS_LATE: 'Start a run now: `vega-auth generate`.',
  BROWSER_BUSY: 'Wait until the other process lets go of the browser, or stop it.',
  COOLDOWN: 'Wait; the run goes on by itself when the broker accepts logins again.',
  QUEUE: 'Wait; the account gets the browser when those before it are done.',
  OTP_SPACING: 'Wait; the broker blocks accounts that ask for OTPs faster.',
  FAILURES: 'Look at the last failures with `vega-auth audit --severity ERROR`.',
  FEW_MEASUREMENTS: 'Nothing: each finished login makes the forecast better.',
  CALENDAR_UNCERTAIN: 'Look at the exchange’s own calendar for that day.',
} as const;

export type ReadinessReasonCode = keyof typeof REASON_ACTIONS;

export const REASON_CODES = Object.keys(REASON_ACTIONS) as readonly ReadinessReasonCode[];

export interface ReadinessReason {
  readonly code: ReadinessReasonCode;
  readonly message: string;
  readonly nextAction: string;
  /** How long it takes, or how much time is left for it; null where that says nothing. */
  readonly minutes: number | null;
}

export const reasonOf = (
  code: ReadinessReasonCode,
  message: string,
  {
    minutes = null,
    nextAction = REASON_ACTIONS[code],
  }: { minutes?: number | null; nextAction?: string } = {},
): ReadinessReason => ({ code, message, nextAction, minutes });
