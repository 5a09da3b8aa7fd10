import { createHmac } from 'node:crypto';
import { Secret } from '../../domain/secret.ts';
import type { Queryable } from '../queryable.ts';
import { fingerprint } from '../secrets/fingerprint.ts';
import { openAuditKey } from '../secrets/sealed-values.ts';
import type { Vault } from '../secrets/vault.ts';

interface Printed {
  readonly accountId: string;
  /** What a program has printed: of which time step it is, nobody knows. */
  readonly code: Secret;
}

/**
 * What stands for a printed code in the ledger of time steps, in place of a TOTP secret. Six digits could be guessed from
 * their hash: this one has a key that no other database has, and differs for each account.
 */
export const keyOfCode = async (
  db: Queryable,
  vault: Vault,
  { accountId, code }: Printed,
): Promise<Secret> => {
  const key = await openAuditKey(db, vault);
  const text = JSON.stringify(['TOTP code', accountId, code.reveal()]);
  return new Secret(createHmac('sha256', key).update(text).digest('hex'));
};

/** Whether the account has submitted this code in any time step, from whichever machine. */
export const isCodeSubmitted = async (db: Queryable, vault: Vault, printed: Printed): Promise<boolean> => {
  const row = await db
    .selectFrom('vega_login_attempts')
    .select('id')
    .where('account_id', '=', printed.accountId)
    .where('kind', '=', 'TIME_STEP')
    .where('totp_fingerprint', '=', fingerprint(await keyOfCode(db, vault, printed)))
    .executeTakeFirst();
  return row !== undefined;
};
