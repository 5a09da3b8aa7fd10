import type { DbRecovery } from '../../../domain/events/db-recovery.ts';
import type { Trouble } from '../../database.ts';
import { type MasterKeySource, masterKeyIds } from '../../secrets/master-key.ts';
import { adviceFor } from '../backup/backups.ts';
import { meansDamage, meansRefusal } from '../connection.ts';
import type { Outage } from './outage.ts';

const REFUSAL_ADVICE =
  'A table refuses what was written: `vega-auth doctor` names it and the cure. What waits is written when it is put right.';

export const troubleOf = (outage: Outage, path: string, masterKey: MasterKeySource): Trouble => {
  const { code, pending, isOnDisk, seconds } = outage;
  const refusal = meansRefusal(code) ? REFUSAL_ADVICE : outage.advice;
  const advice = meansDamage(code) ? adviceFor(path, masterKeyIds(masterKey)) : refusal;
  return { code, pendingWrites: pending, isOnDisk, advice, seconds };
};

export const recoveryOf = (outage: Outage | null): DbRecovery => {
  if (outage === null) return { dbLocked: false, fallback: 'DATABASE', autoRestart: true, pendingWrites: 0 };
  const autoRestart = !meansDamage(outage.code) && outage.advice === null;
  return { dbLocked: true, fallback: 'MEMORY', autoRestart, pendingWrites: outage.pending };
};
