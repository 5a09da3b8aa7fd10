/** What the login service refuses with: always HTTP 200, the code inside, the message shown as a toast. */
const failures = {
  THROTTLED: [
    1017069,
    'You have exceeded the maximum number of times you can generate an OTP. Kindly, try again after 10 mins.',
  ],
  OTP_SESSION_EXPIRED: [1017076, 'Your session to validate otp has expired, please try again.'],
  OTP_BLOCKED: [
    1017078,
    'You have exceeded the maximum number of attempts. Kindly, try again after 10 mins.',
  ],
  // The real code of a wrong TOTP is unknown; only the words "attempts left" are.
  WRONG_OTP: [1017077, 'The OTP you entered is incorrect.'],
  IDENTITY_LOST: [1017095, 'Your session has expired, please try again.'],
  WRONG_PIN: [1017106, 'You have entered an incorrect PIN'],
  PIN_LOCKED: [
    1017090,
    'Due to too many incorrect PIN attempts, your account has been locked. Unlock your account by verifying your details.',
  ],
  BAD_REQUEST: [1017016, 'Something went wrong, please try again.'],
  UNKNOWN_MOBILE: [1017016, 'Make sure your mobile number was entered correctly.'],
  LOGIN_SESSION_LOST: [4000001, 'Invalid access token.'],
} as const satisfies Record<string, readonly [code: number, message: string]>;

export type ServiceFailure = keyof typeof failures;

export interface RefusalDetail {
  readonly attemptsLeft?: number;
  /** The time step an OTP belonged to, for the log. */
  readonly timeStep?: number;
}

export class ServiceRefusal extends Error {
  readonly code: number;
  readonly timeStep: number | undefined;

  constructor(failure: ServiceFailure, detail: RefusalDetail = {}) {
    const [code, message] = failures[failure];
    super(detail.attemptsLeft === undefined ? message : `${message} ${detail.attemptsLeft} attempts left`);
    this.name = 'ServiceRefusal';
    this.code = code;
    this.timeStep = detail.timeStep;
  }
}
