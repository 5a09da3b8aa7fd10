import { describe, expect, test } from 'vitest';
import { findCredentials, insertAccount, saveCredentials } from '../../../src/db/queries/accounts.ts';
import {
  findAlertChannels,
  openAlertTarget,
  saveAlertChannel,
} from '../../../src/db/queries/alerts/alert-channels.ts';
import { findApiConfigs } from '../../../src/db/queries/api-configs.ts';
import { findHeldTokens, saveHeldToken } from '../../../src/db/queries/roles.ts';
import { replaceToken } from '../../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../../src/db/queries/tokens.ts';
import type { MasterKeySource } from '../../../src/db/secrets/master-key.ts';
import {
  applySealing,
  followKey,
  openAuditKey,
  openVault,
  readAuditKey,
  resealStrays,
  rotateVault,
} from '../../../src/db/secrets/sealed-values.ts';
import { credentialsPlace, isSealed } from '../../../src/db/secrets/vault.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { ENGINES, openRows, type Rows } from '../engines.ts';
import { Folder, newToken } from '../temporary-database.ts';

const NOW = new Date('2026-11-17T20:00:05.250+05:30');

const given = (...keys: readonly string[]): MasterKeySource => ({
  ...{ given: keys.map((key) => new Secret(key)), folder: '' },
});

const texts = async (database: Rows): Promise<readonly string[]> =>
  (await findTokens(database.read, 1, database)).map(({ accessToken }) => accessToken.reveal());

/** Whether the tokens are sealed, by id. */
const sealed = async (database: Rows): Promise<readonly boolean[]> =>
  (await database.raw('select access_token from upstox_tokens order by id')).map(({ access_token }) =>
    isSealed(String(access_token)),
  );

describe.each(ENGINES)('%s', (engine) => {
  test('a database opens with the key that it was sealed with, and with no other', async () => {
    await using database = await openRows(engine);
    await database.raw('delete from vega_vault');
    const made = await openVault('the database', database.read, given('one'));
    const again = await openVault('the database', database.read, given('two', 'one'));
    expect(again.keyId).toBe(made.keyId);
    const other = openVault('the database', database.read, given('two'));
    await expect(other).rejects.toThrow('The secrets in the database are sealed with the master key');
  });

  test('the key of the audit is made once', async () => {
    await using database = await openRows(engine);
    await database.raw('update vega_vault set audit_key = null');
    expect(await readAuditKey(database.read, database.vault)).toBeNull();
    const made = await openAuditKey(database.read, database.vault);
    expect(await openAuditKey(database.read, database.vault)).toEqual(made);
    expect(await readAuditKey(database.read, database.vault)).toBe(made.toString('base64url'));
  });

  test('what another program left in plain text is sealed, and tokens as they are wanted', async () => {
    await using database = await openRows(engine);
    await database.raw("insert into upstox_tokens (access_token, api_name) values ('theirs', 'PRIMARY')");
    await database.raw("insert into upstox_tokens (access_token, api_name) values ('', 'WEBSOCKET1')");
    await database.raw(
      "insert into upstox_api_configs (api_index, api_name, client_id, client_secret) values (0, 'PRIMARY', 'c', 'plain')",
    );
    const { zone, vault } = database;
    await applySealing(database.read, { zone, vault, sealsTokens: true });
    expect(await sealed(database)).toEqual([true, false]);
    expect(await texts(database)).toEqual(['theirs']);
    const [config] = await findApiConfigs(database.read, 1, vault, '');
    expect(config?.clientSecret.reveal()).toBe('plain');
    expect(JSON.stringify(await database.raw('select * from upstox_api_configs'))).not.toContain('plain');
    await applySealing(database.read, { zone, vault, sealsTokens: false });
    expect(await sealed(database)).toEqual([false, false]);
    expect(await texts(database)).toEqual(['theirs']);
  });

  test('a rotation seals everything with the new key', async () => {
    await using database = await openRows(engine);
    using folder = new Folder();
    await database.raw('delete from vega_vault');
    const before = await openVault('the database', database.read, given('one'));
    const auditKey = await openAuditKey(database.read, before);
    const channel = {
      ...({ id: 'a', name: 'Desk', kind: 'SLACK', destination: '', kinds: null, accountId: null } as const),
      ...{ afterMinutes: 0, quiet: null, createdAt: NOW, pingedAt: null, pingAnswer: null },
    };
    const target = { kind: 'SLACK', url: new Secret('https://slack.example'), secret: null } as const;
    const held = {
      kind: 'ANALYTICS',
      accessToken: new Secret('held'),
      fingerprint: 'x',
      verdict: 'UNKNOWN',
    } as const;
    const never = { expiresAt: null, checkedAt: null, httpStatus: null, isInTokenTable: false };
    const credentials = { mobileNumber: '9876543210', pin: '135790', totp: 'JBSWY3DPEHPK3PXP' };
    const format = { zone: database.zone, vault: before, sealsTokens: true };
    // Of its own, because a database that is open seals with no other key than its vault's.
    await database.read.transaction().execute(async (trx) => {
      await insertAccount(trx, { id: 'A', number: 1, name: 'A', isActive: true, now: NOW });
      await saveCredentials(trx, 1, { texts: credentials, redirectUri: '' }, before);
      await saveAlertChannel(trx, before, channel, { ...target, user: null, sender: null, recipient: null });
      await saveHeldToken(trx, 1, { ...held, ...never, importedAt: NOW }, before);
      await replaceToken(trx, newToken('token-1'), format, NOW);
    });
    const source = { ...given('two', 'one'), folder: folder.path };
    const after = await rotateVault('the database', database.read, before, source);
    if (after === null) throw new Error('The key is the same.');
    expect(after.keyId).not.toBe(before.keyId);
    const [token] = await findTokens(database.read, 1, { ...format, vault: after });
    const [ofAYear] = await findHeldTokens(database.read, 1, after);
    expect([token?.accessToken.reveal(), ofAYear?.accessToken.reveal()]).toEqual(['token-1', 'held']);
    expect((await findCredentials(database.read, 1, after))?.pin.reveal()).toBe('135790');
    expect((await openAlertTarget(database.read, after, 'a'))?.url.reveal()).toBe('https://slack.example');
    expect(await findAlertChannels(database.read)).toHaveLength(1);
    expect(await readAuditKey(database.read, after)).toBe(auditKey.toString('base64url'));
    expect((await openVault('the database', database.read, given('two'))).keyId).toBe(after.keyId);
    expect(await rotateVault('the database', database.read, after, source)).toBeNull();
    const followed = await followKey('the database', database.read, before, given('two'));
    expect(followed.keyId).toBe(after.keyId);
    const place = credentialsPlace(1);
    expect(followed.open(before.seal(new Secret('of before'), place), place).reveal()).toBe('of before');
    expect(await followKey('the database', database.read, after, given('two'))).toBe(after);
    const lost = followKey('the database', database.read, before, given('one'));
    await expect(lost).rejects.toThrow('Set VEGA_MASTER_KEY to the key of that id');
    // What waited while the key was changed was sealed with the former one.
    await saveHeldToken(database.read, 1, { ...held, ...never, importedAt: NOW }, before);
    await resealStrays(database.read, followed);
    const [again] = await findHeldTokens(
      database.read,
      1,
      await openVault('the database', database.read, given('two')),
    );
    expect(again?.accessToken.reveal()).toBe('held');
    const stale = rotateVault('the database', database.read, before, source);
    await expect(stale).rejects.toThrow('Another process has changed the master key.');
  });
});
