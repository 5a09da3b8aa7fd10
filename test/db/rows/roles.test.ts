import { describe, expect, test } from 'vitest';
import {
  findAssignments,
  findHeldTokens,
  noteHeldVerdict,
  saveAssignment,
  saveHeldToken,
} from '../../../src/db/queries/roles.ts';
import type { HeldToken } from '../../../src/domain/role/held-token.ts';
import type { RoleAssignment } from '../../../src/domain/role/role.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { ENGINES, openRows, type Rows } from '../engines.ts';

const at = (second: number): Date => new Date(Date.parse('2026-11-17T20:00:00+05:30') + second * 1000 + 7);

const assignment = (parts: Partial<RoleAssignment> = {}): RoleAssignment => ({
  ...{ apiName: 'PRIMARY', credential: 'LOGIN', sharedWith: null, endsAt: null, versionBase: 0 },
  ...parts,
});

const held = (parts: Partial<HeldToken> = {}): Omit<HeldToken, 'claims' | 'version'> => ({
  kind: 'ANALYTICS',
  accessToken: new Secret('token-canary'),
  fingerprint: 'one',
  expiresAt: at(999),
  importedAt: at(0),
  checkedAt: null,
  verdict: 'UNKNOWN',
  httpStatus: null,
  isInTokenTable: false,
  ...parts,
});

const save = (database: Rows, token: Omit<HeldToken, 'claims' | 'version'>, accountNumber = 1) =>
  database.write((trx) => saveHeldToken(trx, accountNumber, token, database.vault));

const found = (database: Rows, accountNumber = 1) =>
  findHeldTokens(database.read, accountNumber, database.vault);

describe.each(ENGINES)('%s', (engine) => {
  test('what the operator has chosen for a role is found, replaced, and of one account alone', async () => {
    await using database = await openRows(engine);
    const shared = assignment({ apiName: 'WEBSOCKET1', credential: 'SHARED', sharedWith: 'PRIMARY' });
    const pasted = assignment({ credential: 'PASTED', endsAt: at(60), versionBase: 7 });
    await database.write(async (trx) => {
      for (const one of [assignment(), shared, pasted])
        await saveAssignment(trx, 1, one, { at: at(0), by: 'operator' });
      await saveAssignment(trx, 2, assignment(), { at: at(0), by: 'operator' });
    });
    const ofOne = await findAssignments(database.read, 1);
    expect(new Set(ofOne)).toEqual(new Set([pasted, shared]));
    expect(await findAssignments(database.read, 2)).toEqual([assignment()]);
  });

  test('a token is sealed, found by its kind, and its versions rise', async () => {
    await using database = await openRows(engine);
    expect(await save(database, held({ kind: 'EXTENDED', isInTokenTable: true, expiresAt: null }))).toBe(1);
    expect([await save(database, held()), await save(database, held({ fingerprint: 'two' }))]).toEqual([
      1, 2,
    ]);
    expect(await save(database, held(), 2)).toBe(1);
    const again = await database.reopened();
    const [analytics, extended] = await found(again);
    expect(analytics).toMatchObject({
      kind: 'ANALYTICS',
      fingerprint: 'two',
      version: 2,
      expiresAt: at(999),
    });
    expect(analytics?.accessToken.reveal()).toBe('token-canary');
    expect(extended).toMatchObject({ kind: 'EXTENDED', expiresAt: null, isInTokenTable: true, version: 1 });
    expect(JSON.stringify(await again.raw('select * from vega_held_tokens'))).not.toContain('canary');
  });

  test('a token that cannot be opened keeps its row readable', async () => {
    await using database = await openRows(engine);
    await save(database, held());
    await database.raw("update vega_held_tokens set access_token = 'vega1:gone:AAAA'");
    const [token] = await found(database);
    expect([token?.fingerprint, token?.claims.userId]).toEqual(['one', null]);
    expect(() => token?.accessToken.reveal()).toThrow('another master key');
  });

  test('a verdict is noted of this very token, unless a later call was answered before', async () => {
    await using database = await openRows(engine);
    await save(database, held());
    const note = (second: number, httpStatus: number | null, fingerprint = 'one') =>
      database.write((trx) => {
        const verdict = { verdict: httpStatus === 200 ? 'VALID' : 'UNKNOWN', httpStatus } as const;
        return noteHeldVerdict(
          trx,
          1,
          { kind: 'ANALYTICS', fingerprint },
          { ...verdict, askedAt: at(second) },
        );
      });
    const now = async () => {
      const [token] = await found(database);
      return [token?.verdict, token?.httpStatus, token?.checkedAt];
    };
    expect(await note(5, 200, 'two')).toBe(false);
    expect(await note(5, 200)).toBe(true);
    expect(await now()).toEqual(['VALID', 200, at(5)]);
    expect([await note(4, 401), await note(5, 200)]).toEqual([false, true]);
    expect(await note(9, null)).toBe(true);
    expect(await now()).toEqual(['UNKNOWN', null, at(5)]);
  });
});
