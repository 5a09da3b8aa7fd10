import { DatabaseUnavailable } from '../../db/database-error.ts';
import { Refusal } from '../../domain/refusal.ts';

/** What a request is told while the database cannot be reached or written; null for an error of another kind. */
export const refusalOfDatabase = (error: unknown): Refusal | null =>
  error instanceof DatabaseUnavailable
    ? new Refusal(
        'DATABASE_UNAVAILABLE',
        'The database cannot be reached or written at present.',
        'Wait until it is back: systemHealth says why it is not, and dbRecovery tells when it is. Look at what is stored before you ask for the same change again.',
      )
    : null;
