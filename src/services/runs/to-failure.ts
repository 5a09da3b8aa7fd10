import { LoginFailure } from '../../broker/login/login-failure.ts';
import { DatabaseError, databaseCode } from '../../db/database-error.ts';
import { LeaseLost } from '../../db/fence.ts';

/** The failure that an error means for a run. An unexpected error is a bug of this program. */
export const toFailure = (error: unknown): LoginFailure => {
  if (error instanceof LoginFailure) return error;
  if (error instanceof LeaseLost) return new LoginFailure('LEASE_LOST', error.message, { cause: error });
  if (error instanceof DatabaseError)
    return new LoginFailure('STORAGE_FAILED', 'Nothing can be written down at present.', { cause: error });
  const code = databaseCode(error);
  if (code !== '')
    return new LoginFailure('STORAGE_FAILED', `The database refuses what is to be written down (${code}).`, {
      cause: error,
    });
  return new LoginFailure('INTERNAL', 'Something unexpected happened.', { cause: error });
};
