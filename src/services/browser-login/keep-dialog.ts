import { findDrifts, findLandmarks, keepLandmarks } from '../../db/queries/canary.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import { dialogAsBefore } from '../../domain/alert/drift-drafts.ts';
import { acceptedAfter, hasSameStep, type Landmarks, withOffers } from '../../domain/canary/landmarks.ts';
import { resolveAlerts } from '../alerts/raise-alert.ts';
import type { AuditedWrites } from '../audit/audit.ts';

interface GoodLogin {
  readonly account: { readonly id: string };
  readonly config: Pick<ApiConfig, 'apiName'>;
}

/** What a login has seen of the dialog. */
export interface LoginDialog {
  readonly landmarks: Landmarks;
  /** The buttons by which it has turned offers down. */
  readonly dismissed: readonly string[];
}

/**
 * Keeps what the dialog of a login looked like that has made a token: later looks are compared with it. What a look has
 * kept of the same step holds more, because it has waited for the whole page; it stays, and only its time is new. After a
 * drift it is replaced: the login has succeeded on the page as it is now.
 */
export const keepDialog = (
  { database, clock }: Pick<AuditedWrites, 'database' | 'clock'>,
  { account, config: { apiName } }: GoodLogin,
  { landmarks: seen, dismissed }: LoginDialog,
): Promise<void> => {
  const accountId = account.id;
  return database.write(async (transaction) => {
    const kept = await findLandmarks(transaction, accountId, apiName);
    const drift = (await findDrifts(transaction, accountId)).find((one) => one.apiName === apiName);
    const isAsKept = kept !== null && hasSameStep(kept.landmarks, seen);
    const page = drift !== undefined ? acceptedAfter(drift.changes, seen) : isAsKept ? kept.landmarks : seen;
    const landmarks = withOffers(page, dismissed);
    await keepLandmarks(transaction, { accountId, apiName }, { landmarks, at: clock() });
    if ((await findDrifts(transaction, accountId)).length > 0) return;
    await resolveAlerts(transaction, { kinds: ['DRIFT'], accountId }, dialogAsBefore(accountId), clock());
  });
};
