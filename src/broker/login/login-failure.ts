import type { FailureCode } from '../../domain/run/failure.ts';

interface Options extends ErrorOptions {
  /** The account rests after it, for so long at least; null where the code alone decides. */
  readonly restMs?: number | null;
}

/** A login, an exchange or a browser that failed in a way the failure table knows. The message holds no secret. */
export class LoginFailure extends Error {
  readonly code: FailureCode;
  readonly restMs: number | null;

  constructor(code: FailureCode, message: string, { restMs = null, ...options }: Options = {}) {
    super(message, options);
    this.name = 'LoginFailure';
    this.code = code;
    this.restMs = restMs;
  }
}
