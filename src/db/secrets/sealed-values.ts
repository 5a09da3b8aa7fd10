import { randomBytes } from 'node:crypto';
import { Secret } from '../../domain/secret.ts';
import { DatabaseError, MasterKeyMissing } from '../database-error.ts';
import type { TokenFormat } from '../queries/tokens.ts';
import type { Queryable } from '../queryable.ts';
import {
  type MasterKey,
  type MasterKeySource,
  makeMasterKey,
  prepareNextKey,
  readMasterKeys,
  settleKeyFiles,
} from './master-key.ts';
import {
  channelPlace,
  configSecretPlace,
  credentialsPlace,
  heldTokenPlace,
  isSealed,
  SealError,
  type SealedPlace,
  tokenPlace,
  tokenSecretPlace,
  Vault,
} from './vault.ts';

const PROOF_PLACE: SealedPlace = { table: 'vault', column: 'proof', row: '1' };
const PROOF = new Secret('vega-auth');
const AUDIT_KEY_PLACE: SealedPlace = { table: 'vault', column: 'audit_key', row: '1' };

/** The vault of a database; a new one gets a key. Throws `MasterKeyMissing` when the key it is sealed with is not at hand. */
export const openVault = async (file: string, db: Queryable, source: MasterKeySource): Promise<Vault> => {
  const recorded = await db.selectFrom('vega_vault').selectAll().executeTakeFirst();
  const keys = readMasterKeys(source);
  if (recorded === undefined) return recordKey(db, keys, source);
  const inUse = keys.find(({ id }) => id === recorded.key_id);
  if (inUse === undefined) throw lostKey(file, recorded.key_id, keys, source);
  if (source.given.length === 0) settleKeyFiles(source.folder, inUse.id);
  const others = keys.filter((key) => key !== inUse);
  const vault = new Vault([inUse, ...others], () => readMasterKeys(source));
  vault.open(recorded.proof, PROOF_PLACE);
  return vault;
};

/**
 * The vault that seals the database by now: another program may have changed the master key. Throws `MasterKeyMissing`
 * when the new one is not at hand.
 */
export const followKey = async (
  file: string,
  db: Queryable,
  vault: Vault,
  source: MasterKeySource,
): Promise<Vault> => {
  const { key_id } = await db.selectFrom('vega_vault').select('key_id').executeTakeFirstOrThrow();
  if (key_id === vault.keyId) return vault;
  return (await openVault(file, db, source)).withKeysOf(vault);
};

/** The key of the audit chain, unique to the database; null where there is none yet. */
export const readAuditKey = async (db: Queryable, vault: Vault): Promise<string | null> => {
  const { audit_key } = await db.selectFrom('vega_vault').select('audit_key').executeTakeFirstOrThrow();
  return audit_key === null ? null : vault.open(audit_key, AUDIT_KEY_PLACE).reveal();
};

/** The key of the audit chain, made where there is none. */
export const openAuditKey = async (db: Queryable, vault: Vault): Promise<Buffer> => {
  const recorded = await readAuditKey(db, vault);
  if (recorded !== null) return Buffer.from(recorded, 'base64url');
  const made = vault.seal(new Secret(randomBytes(32).toString('base64url')), AUDIT_KEY_PLACE);
  await db.updateTable('vega_vault').set({ audit_key: made }).where('audit_key', 'is', null).execute();
  // Another process may have made one.
  return openAuditKey(db, vault);
};

/** Seals what the predecessor left in plain text, and tokens as VEGA_SEAL_TOKENS says. Writes only what differs. */
export const applySealing = async (db: Queryable, format: TokenFormat): Promise<void> => {
  const configs = await db.selectFrom('upstox_api_configs').selectAll().execute();
  const tokens = await db
    .selectFrom('upstox_tokens')
    .select(['id', 'user_id', 'api_name', 'access_token'])
    .execute();
  const plain = configs.filter(({ client_secret }) => !isSealed(client_secret));
  const differing = tokens.filter(
    ({ access_token }) => access_token && isSealed(access_token) !== format.sealsTokens,
  );
  if (plain.length + differing.length === 0) return;
  const { vault } = format;
  await db.transaction().execute(async (trx) => {
    for (const row of plain) {
      const place = configSecretPlace(row.account_number, row.api_name);
      await writeConfigSecret(trx, row, vault.seal(new Secret(row.client_secret), place));
    }
    for (const { id, user_id, api_name, access_token } of differing) {
      const place = tokenPlace(user_id ?? 1, api_name);
      const text = access_token ?? '';
      const settled = format.sealsTokens
        ? vault.seal(new Secret(text), place)
        : vault.open(text, place).reveal();
      await trx
        .updateTable('upstox_tokens')
        .set({ access_token: settled })
        .where('id', '=', id)
        .where('access_token', '=', text)
        .execute();
    }
  });
};

/**
 * Seals everything again in one transaction, with a new key file or the first of the given keys. Answers the new vault;
 * null when the first of the given keys is in use already.
 */
export const rotateVault = async (
  file: string,
  db: Queryable,
  vault: Vault,
  source: MasterKeySource,
): Promise<Vault | null> => {
  const renewed = await db.transaction().execute(async (trx) => {
    // Within the lock of the file: a rotation by another process has ended, with its key file in place.
    const { key_id } = await trx.selectFrom('vega_vault').select('key_id').executeTakeFirstOrThrow();
    if (source.given.length === 0) settleKeyFiles(source.folder, key_id);
    if (key_id !== vault.keyId)
      throw new DatabaseError(file, 'Another process has changed the master key. Start this one again.');
    const next = nextKey(vault, source);
    if (next === null) return null;
    const renewed = new Vault([next], () => readMasterKeys(source));
    const reseal = (sealed: string, place: SealedPlace) => renewed.seal(vault.open(sealed, place), place);
    await sealAgain(trx, reseal);
    const auditKey = await readAuditKey(trx, vault);
    await trx
      .updateTable('vega_vault')
      .set({
        key_id: renewed.keyId,
        proof: renewed.seal(PROOF, PROOF_PLACE),
        audit_key: auditKey && renewed.seal(new Secret(auditKey), AUDIT_KEY_PLACE),
      })
      .where('id', '=', 1)
      .execute();
    return renewed;
  });
  if (renewed !== null && source.given.length === 0) settleKeyFiles(source.folder, renewed.keyId);
  return renewed;
};

/** Writes every sealed value as `reseal` answers it. */
const sealAgain = async (
  trx: Queryable,
  reseal: (sealed: string, place: SealedPlace) => string,
): Promise<void> => {
  for (const row of await trx.selectFrom('upstox_api_configs').selectAll().execute()) {
    const place = configSecretPlace(row.account_number, row.api_name);
    await writeConfigSecret(trx, row, reseal(row.client_secret, place));
  }
  const accounts = await trx.selectFrom('vega_accounts').selectAll().execute();
  for (const { number, credentials } of accounts) {
    if (credentials === null) continue;
    await trx
      .updateTable('vega_accounts')
      .set({ credentials: reseal(credentials, credentialsPlace(number)) })
      .where('number', '=', number)
      .execute();
  }
  for (const { id, target } of await trx.selectFrom('vega_alert_channels').selectAll().execute())
    await trx
      .updateTable('vega_alert_channels')
      .set({ target: reseal(target, channelPlace(id)) })
      .where('id', '=', id)
      .execute();
  for (const row of await trx.selectFrom('vega_held_tokens').selectAll().execute())
    await trx
      .updateTable('vega_held_tokens')
      .set({ access_token: reseal(row.access_token, heldTokenPlace(row.account_number, row.kind)) })
      .where('account_number', '=', row.account_number)
      .where('kind', '=', row.kind)
      .execute();
  const tokens = await trx
    .selectFrom('upstox_tokens')
    .select(['id', 'user_id', 'api_name', 'client_secret', 'access_token'])
    .execute();
  for (const { id, user_id, api_name, client_secret, access_token } of tokens) {
    const again = (text: string | null, place: SealedPlace) =>
      text !== null && isSealed(text) ? reseal(text, place) : text;
    await trx
      .updateTable('upstox_tokens')
      .set({
        client_secret: again(client_secret, tokenSecretPlace(user_id ?? 1, api_name)),
        access_token: again(access_token, tokenPlace(user_id ?? 1, api_name)),
      })
      .where('id', '=', id)
      .execute();
  }
};

/**
 * Seals again what is sealed with a former key, as a write that waited while another program changed it: otherwise nobody could
 * open it once that key is gone. What no key at hand opens stays as it is.
 */
export const resealStrays = async (db: Queryable, vault: Vault): Promise<void> => {
  const reseal = (sealed: string, place: SealedPlace): string => {
    if (vault.hasSealed(sealed)) return sealed;
    try {
      return vault.seal(vault.open(sealed, place), place);
    } catch (error) {
      if (error instanceof SealError) return sealed;
      throw error;
    }
  };
  const strays = (await findSealed(db)).filter((text) => isSealed(text) && !vault.hasSealed(text));
  if (strays.some((text) => vault.hasKeyOf(text)))
    await db.transaction().execute((trx) => sealAgain(trx, reseal));
};

/** The texts of all places in which something may be sealed. */
const findSealed = async (db: Queryable): Promise<readonly string[]> => {
  const configs = await db.selectFrom('upstox_api_configs').select('client_secret as text').execute();
  const accounts = await db.selectFrom('vega_accounts').select('credentials as text').execute();
  const channels = await db.selectFrom('vega_alert_channels').select('target as text').execute();
  const held = await db.selectFrom('vega_held_tokens').select('access_token as text').execute();
  const tokens = await db.selectFrom('upstox_tokens').select('access_token as text').execute();
  const copies = await db.selectFrom('upstox_tokens').select('client_secret as text').execute();
  return [...configs, ...accounts, ...channels, ...held, ...tokens, ...copies].flatMap(
    ({ text }) => text ?? [],
  );
};

const recordKey = async (
  db: Queryable,
  keys: readonly MasterKey[],
  source: MasterKeySource,
): Promise<Vault> => {
  const vault = new Vault([keys[0] ?? makeMasterKey(source.folder)], () => readMasterKeys(source));
  const row = { id: 1, key_id: vault.keyId, proof: vault.seal(PROOF, PROOF_PLACE) };
  await db.insertInto('vega_vault').values(row).execute();
  return vault;
};

const nextKey = (vault: Vault, { given, folder }: MasterKeySource): MasterKey | null => {
  if (given.length === 0) return prepareNextKey(folder);
  const [first] = readMasterKeys({ given, folder });
  return first === undefined || first.id === vault.keyId ? null : first;
};

const lostKey = (
  file: string,
  keyId: string,
  keys: readonly MasterKey[],
  { given, folder }: MasterKeySource,
): MasterKeyMissing => {
  const found =
    keys.length === 0 ? 'there is none' : `the one at hand is ${keys.map(({ id }) => id).join(', ')}`;
  const place =
    given.length > 0
      ? 'Set VEGA_MASTER_KEY to the key of that id'
      : `Restore master.key in ${folder}, or set VEGA_MASTER_KEY`;
  return new MasterKeyMissing(
    file,
    `The secrets in ${file} are sealed with the master key ${keyId}, and ${found}. ${place}. Nothing was changed.`,
  );
};

const writeConfigSecret = async (
  trx: Queryable,
  row: { account_number: number; api_name: string },
  sealed: string,
): Promise<void> => {
  await trx
    .updateTable('upstox_api_configs')
    .set({ client_secret: sealed })
    .where('account_number', '=', row.account_number)
    .where('api_name', '=', row.api_name)
    .execute();
};
