import { Refusal } from '../../domain/refusal.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { backUpAfterRotation, refuseOutage } from './backups.ts';

/** Seals every secret with a new master key, and makes a backup that it opens; false when that could not be made. */
export const rotateMasterKey = async (needs: AuditedWrites): Promise<boolean> => {
  const { database, audit } = needs;
  refuseOutage(database);
  if (await database.rotateMasterKey()) {
    await audit.record('MASTER_KEY_ROTATED', {});
    return backUpAfterRotation(needs);
  }
  throw new Refusal(
    'MASTER_KEY_IS_GIVEN',
    'The master key comes from VEGA_MASTER_KEY, and everything is sealed with its first key already.',
    'Set VEGA_MASTER_KEY to the new key, a comma and the old key, restart, rotate, and then leave the old key out.',
  );
};
