import { LoginFailure } from '../broker/login-failure.ts';

/** What a run says about an error: one that nobody expected is a mistake of this program. */
export const toFailure = (error: unknown): LoginFailure =>
  error instanceof LoginFailure
    ? error
    : new LoginFailure('INTERNAL', 'Something unexpected happened.', { cause: error });
