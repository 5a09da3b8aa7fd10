import { findHeldTokens, saveHeldToken } from '../../db/queries/roles.ts';
import type { Queryable } from '../../db/queryable.ts';
import { fingerprint } from '../../db/secrets/fingerprint.ts';
import { isSameUser } from '../../domain/account/broker-user-id.ts';
import { toAuditEntry } from '../../domain/events/audit.ts';
import { servedBy } from '../../domain/role/role.ts';
import type { Secret } from '../../domain/secret.ts';
import { readClaims } from '../../domain/token/jwt.ts';
import type { Logger } from '../../log.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import type { Roles } from '../accounts/roles.ts';
import { type AuditedWrites, newAuditKey } from '../audit/audit.ts';
import { removeHeldFromTable, writeHeldToTable } from '../roles/token-table.ts';
import type { LiveStep } from '../runs/live-step.ts';

interface Needs extends AuditedWrites {
  readonly roles: Roles;
  readonly apiConfigs: ApiConfigs;
  readonly log: Logger;
}

/**
 * Keeps the extended token that came with a login's token, and publishes it to the roles that it serves. A login does not
 * fail because it cannot be kept.
 */
export const keepExtended = async (
  { database, audit, clock, log, roles, apiConfigs }: Needs,
  { account, live, config }: LiveStep,
  accessToken: Secret,
): Promise<void> => {
  const claims = readClaims(accessToken.reveal());
  if (
    account.brokerUserId !== null &&
    claims.userId !== null &&
    !isSameUser(claims.userId, account.brokerUserId)
  ) {
    log.warn({ account: account.id }, 'an extended token of another user was not kept');
    return;
  }
  const token = {
    kind: 'EXTENDED' as const,
    ...{ accessToken, fingerprint: fingerprint(accessToken), expiresAt: claims.expiresAt },
    ...{ importedAt: clock(), checkedAt: null, verdict: 'UNKNOWN' as const, httpStatus: null },
  };
  const reference = live.reference(config.apiName);
  const [key, at] = [newAuditKey(), clock()];
  const keep = async (trx: Queryable): Promise<boolean> => {
    const former = (await findHeldTokens(trx, account.number, database.vault)).find(
      ({ kind }) => kind === 'EXTENDED',
    );
    if (former?.fingerprint === token.fingerprint) return false;
    const isInTokenTable = former?.isInTokenTable === true;
    if (former !== undefined) await removeHeldFromTable(trx, database, account, [former]);
    const held = { ...token, isInTokenTable };
    const version = await saveHeldToken(trx, account.number, held, database.vault);
    if (isInTokenTable) {
      const apiNames = servedBy('EXTENDED', await roles.listIn(trx, account));
      const apps = await apiConfigs.listIn(trx, account);
      await writeHeldToTable(trx, database, account, { apiNames, apps, held, now: clock() });
    }
    const facts = { fingerprint: token.fingerprint, kind: token.kind, version };
    await audit.append(trx, [toAuditEntry('TOKEN_HELD', facts, reference, key, at)]);
    return true;
  };
  try {
    const { isStored, result } = await database.keep(keep, () => [
      { kind: 'HELD_TOKEN', token, account, reference, key, at },
    ]);
    const isKept = isStored && result !== false;
    if (isKept) await live.publishStored('EXTENDED');
  } catch (error) {
    log.error({ err: error, account: account.id }, 'the extended token could not be kept');
  }
};
