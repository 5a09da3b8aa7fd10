import { randomBytes } from 'node:crypto';
import { findLinkedAlert, insertAlertLink } from '../../db/queries/alerts/alerts.ts';
import type { Queryable } from '../../db/queryable.ts';
import { type Alert, wantsAcknowledgement } from '../../domain/alert/alert.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { hashSecret } from '../secret-hash.ts';
import { acknowledge } from './raise-alert.ts';

export const ACKNOWLEDGE_PATH = '/alerts/acknowledge/';

const LIFETIME_MS = 7 * 86_400_000;

/** A link for one try of one delivery, so that its text is stored nowhere; null where none is wanted. */
export const makeAlertLink = async (
  trx: Queryable,
  { id, kind, acknowledgedAt }: Alert,
  base: string | null,
  now: Date,
): Promise<string | null> => {
  if (base === null || !wantsAcknowledgement(kind) || acknowledgedAt !== null) return null;
  const text = randomBytes(32).toString('base64url');
  await insertAlertLink(trx, hashSecret(text), id, now);
  return `${base}${ACKNOWLEDGE_PATH}${text}`;
};

/** The alert that a link leads to, without acknowledging it; null for a link that is used up, too old or unknown. */
export const readAlertLink = (
  { database, clock }: Pick<AuditedWrites, 'database' | 'clock'>,
  text: string,
): Promise<Alert | null> =>
  findLinkedAlert(database.read, hashSecret(text), new Date(clock().getTime() - LIFETIME_MS));

/** Acknowledges by link. All links to the alert end with it. */
export const redeemAlertLink = async (needs: AuditedWrites, text: string): Promise<Alert | null> => {
  const { database, audit, clock } = needs;
  const now = clock();
  const since = new Date(now.getTime() - LIFETIME_MS);
  return database.write(async (trx) => {
    const alert = await findLinkedAlert(trx, hashSecret(text), since);
    if (alert === null) return null;
    if (await acknowledge(trx, alert.id, 'link', now)) {
      const facts = { alertId: alert.id, by: 'link' };
      await audit.note(trx, 'ALERT_ACKNOWLEDGED', facts, { accountId: alert.accountId });
    }
    return alert;
  });
};
