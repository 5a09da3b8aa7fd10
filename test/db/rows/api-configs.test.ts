import { describe, expect, test } from 'vitest';
import {
  type ApiConfigChange,
  findApiConfigs,
  removeApiConfig,
  saveApiConfig,
} from '../../../src/db/queries/api-configs.ts';
import { SealError } from '../../../src/db/secrets/vault.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { ENGINES, openRows, type Rows } from '../engines.ts';

const AT = new Date('2026-11-17T20:00:05.250+05:30');
const REDIRECT = 'http://localhost:28020/callback';

const change = (parts: Partial<ApiConfigChange> = {}): ApiConfigChange => ({
  apiName: 'PRIMARY',
  apiIndex: 0,
  clientId: 'client-0',
  enabled: true,
  clientSecret: new Secret('secret-canary'),
  redirectUri: null,
  ...parts,
});

const save = (database: Rows, saved: ApiConfigChange, accountNumber = 1, now = AT) =>
  database.write((trx) => saveApiConfig(trx, accountNumber, saved, database.vault, now));

const found = async (database: Rows, accountNumber = 1) =>
  (await findApiConfigs(database.read, accountNumber, database.vault, REDIRECT)).map(
    ({ clientSecret, ...config }) => ({ ...config, clientSecret: clientSecret.reveal() }),
  );

const brief = async (database: Rows, accountNumber = 1) =>
  (await found(database, accountNumber)).map(({ apiIndex, apiName, clientId, enabled }) =>
    [apiIndex, apiName, clientId, enabled ? 'enabled' : 'disabled'].join(' '),
  );

describe.each(ENGINES)('%s', (engine) => {
  test('an app is found as it was saved, with the redirect URI of all where it has none', async () => {
    await using database = await openRows(engine);
    await save(database, change());
    await save(
      database,
      change({ apiName: 'WEBSOCKET1', apiIndex: 1, enabled: false, redirectUri: 'https://desk.example' }),
    );
    const common = { clientId: 'client-0', clientSecret: 'secret-canary', source: 'DATABASE' };
    expect(await found(database)).toEqual([
      { ...common, apiIndex: 0, apiName: 'PRIMARY', redirectUri: REDIRECT, isPrimary: true, enabled: true },
      {
        ...common,
        ...{ apiIndex: 1, apiName: 'WEBSOCKET1', redirectUri: 'https://desk.example' },
        ...{ isPrimary: false, enabled: false },
      },
    ]);
    expect(JSON.stringify(await database.raw('select * from upstox_api_configs'))).not.toContain('canary');
  });

  test('flags and times are stored as numbers are read', async () => {
    await using database = await openRows(engine);
    await save(database, change());
    await save(database, change({ enabled: false }), 1, new Date(AT.getTime() + 5));
    const row = await database.read
      .selectFrom('upstox_api_configs')
      .select(['is_primary', 'enabled', 'created_at', 'updated_at'])
      .executeTakeFirst();
    expect(row).toEqual({
      ...{ is_primary: 1, enabled: 0, created_at: AT.getTime(), updated_at: AT.getTime() + 5 },
    });
  });

  test('a change keeps the secret where it names none, and an app without any secret cannot be opened', async () => {
    await using database = await openRows(engine);
    await save(database, change());
    await save(database, change({ clientId: 'client-9', clientSecret: null }));
    expect(await found(database)).toMatchObject([{ clientId: 'client-9', clientSecret: 'secret-canary' }]);
    await save(database, change({ apiName: 'WEBSOCKET1', apiIndex: 1, clientSecret: null }));
    await expect(found(database)).rejects.toThrow(SealError);
  });

  test('apps come by their index, each account’s apart, and an index is given once', async () => {
    await using database = await openRows(engine);
    await save(database, change({ apiName: 'OPTIONCHAIN1', apiIndex: 9 }));
    await save(database, change({ apiName: 'WEBSOCKET1', apiIndex: 10 }));
    await save(database, change());
    await save(database, change({ clientId: 'of two' }), 2);
    const taken = save(database, change({ apiName: 'WEBSOCKET2', apiIndex: 9 }));
    await expect(taken).rejects.toThrow(/unique constraint/i);
    expect(await brief(database)).toEqual([
      '0 PRIMARY client-0 enabled',
      '9 OPTIONCHAIN1 client-0 enabled',
      '10 WEBSOCKET1 client-0 enabled',
    ]);
    expect(await brief(database, 2)).toEqual(['0 PRIMARY of two enabled']);
  });

  test('a row of another program counts as enabled where it does not say, and only with the name of an API', async () => {
    await using database = await openRows(engine);
    const row = (name: string, index: number) =>
      `insert into upstox_api_configs (api_index, api_name, client_id, client_secret, enabled) values (${index}, '${name}', 'theirs', '', null)`;
    await database.raw(row('WEBSOCKET1', 1));
    await database.raw(row('websocket2', 2));
    const configs = await findApiConfigs(database.read, 1, database.vault, REDIRECT);
    expect(configs.map(({ apiName, enabled }) => [apiName, enabled])).toEqual([['WEBSOCKET1', true]]);
  });

  test('an app is removed once', async () => {
    await using database = await openRows(engine);
    await save(database, change());
    await save(database, change(), 2);
    const remove = () => database.write((trx) => removeApiConfig(trx, 1, 'PRIMARY'));
    expect([await remove(), await remove()]).toEqual([true, false]);
    expect([await brief(database), await brief(database, 2)]).toEqual([[], ['0 PRIMARY client-0 enabled']]);
  });
});
