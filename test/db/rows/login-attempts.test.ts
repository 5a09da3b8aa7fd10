import { describe, expect, test } from 'vitest';
import { claimTimeStep, lastOtpRequest, recordAttempt } from '../../../src/db/queries/login-attempts.ts';
import { parseTotpSecret, type TotpSecret } from '../../../src/domain/account/totp-secret.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { ENGINES, openRows, type RowsDatabase } from '../engines.ts';

const AT = new Date('2026-11-17T20:00:05.250+05:30');
const OWNER = { accountId: 'UPSTOX_01', runId: 'run-1', apiName: 'PRIMARY' } as const;

const totp = (secret = 'JBSWY3DPEHPK3PXP'): TotpSecret => ({
  secret: new Secret(secret),
  periodSeconds: 30,
  digits: 6,
  algorithm: 'sha1',
});

const claim = (database: RowsDatabase, step: number, secret = totp(), owner: typeof OWNER = OWNER) =>
  database.write((transaction) => claimTimeStep(transaction, owner, secret, step, AT));

describe.each(ENGINES)('%s', (engine) => {
  describe('a time step', () => {
    test('is claimed once, by whomever and for whatever run', async () => {
      await using database = await openRows(engine);
      expect([await claim(database, 7), await claim(database, 7), await claim(database, 8)]).toEqual([
        ...[true, false, true],
      ]);
      const other = {
        accountId: 'UPSTOX_02',
        runId: 'run-2',
        apiName: 'WEBSOCKET1',
      } as unknown as typeof OWNER;
      expect(await claim(database, 7, totp(), other)).toBe(false);
    });

    test('is claimed once for a secret, however that is written', async () => {
      await using database = await openRows(engine);
      const written = (text: string) => parseTotpSecret(text) ?? totp('unreadable');
      const claims = [];
      for (const text of [
        'JBSWY3DPEHPK3PXP',
        'jbsw y3dp ehpk 3pxp',
        'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP',
      ]) {
        claims.push(await claim(database, 7, written(text)));
      }
      expect(claims).toEqual([true, false, false]);
      expect(await claim(database, 7, totp('KRSXG5CTMVRXEZLU'))).toBe(true);
    });

    test('stays claimed when the program is started again', async () => {
      await using database = await openRows(engine);
      await claim(database, 7);
      expect(await claim(await database.reopened(), 7)).toBe(false);
    });

    test('is free again when its transaction was undone', async () => {
      await using database = await openRows(engine);
      const undone = database.write(async (transaction) => {
        expect(await claimTimeStep(transaction, OWNER, totp(), 7, AT)).toBe(true);
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      expect(await claim(database, 7)).toBe(true);
    });

    test('is claimed once, however many ask at the same time, also from two sides', async () => {
      await using one = await openRows(engine);
      const other = await one.beside();
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, index) => claim(index % 2 === 0 ? one : other, 7)),
      );
      expect(claims.filter((claimed) => claimed)).toHaveLength(1);
    });
  });

  test('the last OTP request is remembered for each account, whatever else was sent since', async () => {
    await using database = await openRows(engine);
    expect(await lastOtpRequest(database.read, 'UPSTOX_01')).toBeNull();
    const later = new Date(AT.getTime() + 165_000);
    await database.write(async (transaction) => {
      await recordAttempt(transaction, OWNER, 'OTP_REQUEST', later);
      await recordAttempt(transaction, OWNER, 'OTP_REQUEST', AT);
      await recordAttempt(transaction, OWNER, 'PIN', new Date(later.getTime() + 1));
      await recordAttempt(transaction, { ...OWNER, accountId: 'UPSTOX_02' }, 'OTP_REQUEST', AT);
    });
    expect(await lastOtpRequest(database.read, 'UPSTOX_01')).toEqual({ at: later, intervalMs: 0 });
    expect(await lastOtpRequest(database.read, 'UPSTOX_02')).toEqual({ at: AT, intervalMs: 0 });
    expect(await lastOtpRequest(database.read, 'UPSTOX_03')).toBeNull();
  });

  test('the ledger holds no secret', async () => {
    await using database = await openRows(engine);
    await claim(database, 7);
    await database.write((transaction) => recordAttempt(transaction, OWNER, 'PIN', AT));
    const rows = await database.read.selectFrom('vega_login_attempts').selectAll().orderBy('id').execute();
    expect(rows).toMatchInlineSnapshot(`
    [
      {
        "account_id": "UPSTOX_01",
        "api_name": "PRIMARY",
        "at": 1794925805250,
        "id": 1,
        "kind": "TIME_STEP",
        "otp_interval_ms": null,
        "run_id": "run-1",
        "time_step": 7,
        "totp_fingerprint": "8be5d113c087",
      },
      {
        "account_id": "UPSTOX_01",
        "api_name": "PRIMARY",
        "at": 1794925805250,
        "id": 2,
        "kind": "PIN",
        "otp_interval_ms": null,
        "run_id": "run-1",
        "time_step": null,
        "totp_fingerprint": null,
      },
    ]
  `);
  });
});
