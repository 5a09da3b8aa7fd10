import { describe, expect, test } from 'vitest';
import {
  claimTimeStep,
  countFruitlessPins,
  findOtpRequestsOfOthers,
  findSubmissions,
  hasTimeStepBetween,
  isTimeStepUsed,
  lastOtpRequest,
  noteOtpInterval,
  recordAttempt,
} from '../../../src/db/queries/login-attempts.ts';
import { isCodeSubmitted, keyOfCode } from '../../../src/db/queries/submitted-codes.ts';
import { fingerprint } from '../../../src/db/secrets/fingerprint.ts';
import { parseTotpSecret, type TotpSecret } from '../../../src/domain/account/totp-secret.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { ENGINES, openRows, type RowsDatabase } from '../engines.ts';

const AT = new Date('2026-11-17T20:00:05.250+05:30');
const later = (second: number): Date => new Date(AT.getTime() + second * 1000);
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
    const last = later(165);
    await database.write(async (transaction) => {
      await recordAttempt(transaction, OWNER, 'OTP_REQUEST', last);
      await recordAttempt(transaction, OWNER, 'OTP_REQUEST', AT);
      await recordAttempt(transaction, OWNER, 'PIN', new Date(last.getTime() + 1));
      await recordAttempt(transaction, { ...OWNER, accountId: 'UPSTOX_02' }, 'OTP_REQUEST', AT);
    });
    expect(await lastOtpRequest(database.read, 'UPSTOX_01')).toEqual({
      ...{ at: last, leftBy: null, intervalMs: 0 },
    });
    expect(await lastOtpRequest(database.read, 'UPSTOX_02')).toEqual({
      ...{ at: AT, leftBy: null, intervalMs: 0 },
    });
    expect(await lastOtpRequest(database.read, 'UPSTOX_03')).toBeNull();
  });

  test('a used time step is known by its secret, and that one was used by its time', async () => {
    await using database = await openRows(engine);
    await claim(database, 7);
    expect(await isTimeStepUsed(database.read, totp(), 7)).toBe(true);
    expect(await isTimeStepUsed(database.read, totp(), 8)).toBe(false);
    expect(await isTimeStepUsed(database.read, totp('KRSXG5CTMVRXEZLU'), 7)).toBe(false);
    const between = (accountId: string, from: number, to: number) =>
      hasTimeStepBetween(database.read, accountId, later(from), later(to));
    expect(await between('UPSTOX_01', 0, 1)).toBe(true);
    expect(await between('UPSTOX_01', -1, 0)).toBe(false);
    expect(await between('UPSTOX_02', 0, 1)).toBe(false);
  });

  test('of two OTP requests of one instant the one that was recorded last is the last one', async () => {
    await using database = await openRows(engine);
    await database.write(async (trx) => {
      for (const runId of ['run-2', 'run-1'])
        await recordAttempt(trx, { ...OWNER, runId }, 'OTP_REQUEST', AT);
      await recordAttempt(trx, OWNER, 'PIN', AT);
      await noteOtpInterval(trx, OWNER, 165_000);
      await noteOtpInterval(trx, { ...OWNER, runId: 'run-2' }, 30_000);
    });
    expect(await lastOtpRequest(database.read, 'UPSTOX_01')).toEqual({
      ...{ at: AT, leftBy: null, intervalMs: 165_000 },
    });
  });

  test('an OTP request had left when its login has taken a time step, and not by what came before or of others', async () => {
    await using database = await openRows(engine);
    await claim(database, 7);
    await database.write(async (trx) => {
      await recordAttempt(trx, OWNER, 'OTP_REQUEST', later(1));
      await recordAttempt(trx, OWNER, 'PIN', later(2));
      await claimTimeStep(trx, { ...OWNER, runId: 'run-2' }, totp(), 8, later(3));
    });
    const requests = () => findOtpRequestsOfOthers(database.read, 'UPSTOX_02', AT);
    expect(await requests()).toEqual([{ at: later(1), leftBy: null }]);
    for (const step of [9, 10])
      await database.write((trx) => claimTimeStep(trx, OWNER, totp(), step, later(step)));
    expect(await requests()).toEqual([{ at: later(1), leftBy: later(9) }]);
    expect((await lastOtpRequest(database.read, 'UPSTOX_01'))?.leftBy).toEqual(later(9));
    expect(await findOtpRequestsOfOthers(database.read, 'UPSTOX_01', AT)).toEqual([]);
    expect(await findOtpRequestsOfOthers(database.read, 'UPSTOX_02', later(2))).toEqual([]);
  });

  test('requests through another address do not count, those through an address without a name do', async () => {
    await using database = await openRows(engine);
    await database.write(async (trx) => {
      await recordAttempt(trx, OWNER, 'OTP_REQUEST', AT);
      await recordAttempt(trx, OWNER, 'OTP_REQUEST', later(1), 'north');
      await recordAttempt(trx, OWNER, 'OTP_REQUEST', later(2), 'south');
    });
    const moments = async (egress: string | null) =>
      (await findOtpRequestsOfOthers(database.read, 'UPSTOX_02', AT, egress)).map(({ at }) => at);
    expect(await moments(null)).toEqual([AT, later(1), later(2)]);
    expect(await moments('north')).toEqual([AT, later(1)]);
    expect(await moments('west')).toEqual([AT]);
  });

  test('a code that a program has printed is known again after a restart, for its account and no other one', async () => {
    await using database = await openRows(engine);
    const printed = (code: string, accountId: string = OWNER.accountId) => ({
      ...{ accountId, code: new Secret(code) },
    });
    await database.write(async (trx) => {
      const secret = await keyOfCode(trx, database.vault, printed('012345'));
      expect(await claimTimeStep(trx, OWNER, { secret }, 7, AT)).toBe(true);
    });
    const reopened = await database.reopened();
    const isSubmitted = (...given: Parameters<typeof printed>) =>
      isCodeSubmitted(reopened.read, reopened.vault, printed(...given));
    expect(await isSubmitted('012345')).toBe(true);
    expect(await isSubmitted('012346')).toBe(false);
    expect(await isSubmitted('012345', 'UPSTOX_02')).toBe(false);
    const [row] = await reopened.read.selectFrom('vega_login_attempts').selectAll().execute();
    const unkeyed = fingerprint(new Secret('012345'));
    expect(row?.totp_fingerprint).toMatch(/^[\da-f]{12}$/);
    expect(row?.totp_fingerprint).not.toBe(unkeyed);
  });

  test('what was or may have been submitted in a run is known', async () => {
    await using database = await openRows(engine);
    const websocket = { ...OWNER, apiName: 'WEBSOCKET1' } as const;
    await database.write(async (trx) => {
      await recordAttempt(trx, OWNER, 'OTP_REQUEST', AT);
      await claimTimeStep(trx, OWNER, { secret: new Secret('a secret') }, 7, AT);
      await recordAttempt(trx, OWNER, 'CODE', AT);
      await recordAttempt(trx, websocket, 'PIN', AT);
      await recordAttempt(trx, { ...websocket, runId: 'run-2' }, 'CODE', AT);
    });
    expect(await findSubmissions(database.read, 'run-1')).toEqual([
      { apiName: 'PRIMARY', submission: 'MOBILE' },
      { apiName: 'PRIMARY', submission: 'OTP' },
      { apiName: 'PRIMARY', submission: 'CODE' },
      { apiName: 'WEBSOCKET1', submission: 'PIN' },
    ]);
    expect(await findSubmissions(database.read, 'run-2')).toEqual([
      { apiName: 'WEBSOCKET1', submission: 'CODE' },
    ]);
  });

  test('PINs are fruitless since the last code, or since an instant', async () => {
    await using database = await openRows(engine);
    const attempts = [
      ['PIN', 0],
      ['CODE', 1],
      ['PIN', 1],
      ['PIN', 2],
      ['PIN', 3],
    ] as const;
    expect(await countFruitlessPins(database.read, 'UPSTOX_01', null)).toBe(0);
    for (const [kind, second] of attempts)
      await database.write((trx) => recordAttempt(trx, OWNER, kind, later(second)));
    const count = (after: Date | null) => countFruitlessPins(database.read, 'UPSTOX_01', after);
    expect([await count(null), await count(later(0)), await count(later(2))]).toEqual([3, 3, 1]);
    expect(await countFruitlessPins(database.read, 'UPSTOX_02', null)).toBe(0);
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
          "egress": null,
          "epoch": null,
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
          "egress": null,
          "epoch": null,
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
