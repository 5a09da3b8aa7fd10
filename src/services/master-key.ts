import type { Database } from '../db/database.ts';
import { Refusal } from '../domain/refusal.ts';

/** Seals every secret with a new master key. */
export const rotateMasterKey = async (database: Database): Promise<true> => {
  if (await database.rotateMasterKey()) return true;
  throw new Refusal(
    'MASTER_KEY_IS_GIVEN',
    'The master key comes from VEGA_MASTER_KEY, and everything is sealed with its first key already.',
    'Set VEGA_MASTER_KEY to the new key, a comma and the old key, restart, rotate, and then leave the old key out.',
  );
};
