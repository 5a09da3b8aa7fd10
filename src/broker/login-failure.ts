import type { FailureCode } from '../domain/failure.ts';

/** A login, an exchange or a browser that failed in a way the failure table knows. The message holds no secret. */
export class LoginFailure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LoginFailure';
    this.code = code;
  }
}
