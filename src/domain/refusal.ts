/** Why a request is refused; clients switch on these. */
export const REFUSAL_CODES = [
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'API_NOT_CONFIGURED',
  'TOKEN_NOT_VALID',
  'TOKEN_NOT_VERIFIED',
  'WRONG_ACCOUNT',
  'CREDENTIAL_NOT_ALLOWED',
  'ROLE_NEEDS_NO_LOGIN',
  'RUN_IN_PROGRESS',
  'COOLDOWN',
  'QUARANTINED',
  'BROWSER_BUSY',
  'WRONG_STATE',
  'WOULD_REPLACE_VALID',
  'WOULD_REPLACE_UNKNOWN',
  'CONFIG_SOURCE_IS_ENV',
  'MASTER_KEY_IS_GIVEN',
  'SECRET_UNREADABLE',
  'DATABASE_UNAVAILABLE',
  'BACKED_UP_BY_SERVER',
  'SHUTTING_DOWN',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** A request that is refused for a reason its sender can act on. Nothing was changed. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly nextAction: string;
  /** Set where time heals. */
  readonly retryableAt: Date | null;

  constructor(code: RefusalCode, message: string, nextAction: string, retryableAt: Date | null = null) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.nextAction = nextAction;
    this.retryableAt = retryableAt;
  }
}
