import { describe, expect, test } from 'vitest';
import { PostgresDatabase } from '../../../src/db/postgres/postgres-database.ts';
import { CommitUnknown } from '../../../src/db/postgres/sqlstate.ts';
import { ensureAccount } from '../../../src/db/queries/accounts.ts';
import { claimTimeStep, isTimeStepUsed } from '../../../src/db/queries/login-attempts.ts';
import { replaceToken } from '../../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../../src/db/queries/tokens.ts';
import { fingerprint } from '../../../src/db/secrets/fingerprint.ts';
import { toAuditEntry } from '../../../src/domain/events/audit.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { IST } from '../../../src/domain/wall-time.ts';
import { DisposalStack } from '../../../src/services/disposal-stack.ts';
import { CUTS, openCuttingProxy } from '../../support/postgres/cutting-proxy.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { Folder, newToken } from '../temporary-database.ts';

const OWNER = { accountId: 'UPSTOX_01', runId: 'run-1', apiName: 'PRIMARY' } as const;
const ACCOUNT = { id: 'UPSTOX_01', number: 1 };
const REFERENCE = { accountId: ACCOUNT.id, apiName: 'PRIMARY' } as const;
const TOTP = { secret: new Secret('JBSWY3DPEHPK3PXP') };
const NOW = new Date('2026-11-17T20:00:05.250+05:30');

/** A database whose connections break at a commit, and the same one as a machine with a sound network has it. */
const openBoth = async () => {
  const stack = new DisposalStack();
  const folder = new Folder();
  stack.defer(() => folder[Symbol.dispose]());
  const server = await sharedPostgres();
  const proxy = stack.use(await openCuttingProxy(server.port));
  const url = await server.createDatabase();
  stack.defer(() => server.dropDatabase(url));
  const open = async (way: string) =>
    stack.use(
      await PostgresDatabase.open({
        url: way,
        zone: IST,
        masterKey: { given: [], folder: folder.file('.vega') },
      }),
    );
  return { proxy, cut: await open(proxy.url(url)), sound: await open(url), stack };
};

describe.each(CUTS)('a commit whose connection is cut %s', (moment) => {
  test('is no claim of a time step, which is claimed at most once in all', async () => {
    const { proxy, cut, sound, stack } = await openBoth();
    await using _stack = stack;
    const claim = (database: PostgresDatabase) =>
      database.write((trx) => claimTimeStep(trx, OWNER, TOTP, 7, NOW));
    proxy.cutNext(moment);
    await expect(claim(cut)).rejects.toThrow(CommitUnknown);
    // What the server had got counts as submitted; what it had not was not submitted either.
    // Read within a transaction: it waits for the end of the one that was cut off.
    const isUsed = await sound.write((trx) => isTimeStepUsed(trx, TOTP, 7));
    if (moment === 'BEFORE') expect(isUsed).toBe(false);
    if (moment === 'AFTER') expect(isUsed).toBe(true);
    expect(await claim(sound)).toBe(!isUsed);
    expect(await claim(cut)).toBe(false);
  });

  test('loses no token and stores none twice', async () => {
    const { proxy, cut, sound, stack } = await openBoth();
    await using _stack = stack;
    proxy.cutNext(moment);
    await sound.write((trx) => ensureAccount(trx, ACCOUNT, NOW));
    const token = newToken('token-1');
    const kept = await cut.keep(
      async (trx) => {
        const stored = await replaceToken(trx, token, cut, NOW);
        const facts = { fingerprint: fingerprint(token.accessToken), ...stored };
        await cut.audit(trx, toAuditEntry('TOKEN_STORED', facts, REFERENCE, 'stored', NOW));
        return 'what it told';
      },
      () => [{ kind: 'ISSUED_TOKEN', token, account: ACCOUNT, reference: REFERENCE, key: 'stored', at: NOW }],
    );
    expect(kept).toEqual({ isStored: true, result: 'what it told' });
    const tokens = await findTokens(sound.read, 1, sound);
    expect(tokens.map(({ accessToken }) => accessToken.reveal())).toEqual(['token-1']);
    expect(await sound.verifyAudit()).toMatchObject({ valid: true, entries: 1 });
    expect(tokens.map(({ version }) => version)).toEqual([1]);
    expect(cut.trouble).toBeNull();
  });
});
