import { readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Fact } from '../../../src/db/change.ts';
import { fenced, LeaseLost } from '../../../src/db/fence.ts';
import { markOf } from '../../../src/db/files/process-mark.ts';
import { PostgresDatabase } from '../../../src/db/postgres/postgres-database.ts';
import { takeLease } from '../../../src/db/queries/account-leases.ts';
import { deleteAccount, ensureAccount } from '../../../src/db/queries/accounts.ts';
import { changeAuthRecord, ensureAuthRecord, findAuthRecord } from '../../../src/db/queries/auth-states.ts';
import { findRun, insertRun, takeOverRun } from '../../../src/db/queries/generation-runs.ts';
import { findHeldTokens } from '../../../src/db/queries/roles.ts';
import { replaceToken } from '../../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../../src/db/queries/tokens.ts';
import type { AuditEntry } from '../../../src/domain/events/audit.ts';
import { toAuditEntry } from '../../../src/domain/events/audit.ts';
import { type GenerationRun, pendingStep } from '../../../src/domain/run/generation-run.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { IST } from '../../../src/domain/wall-time.ts';
import { DisposalStack } from '../../../src/services/disposal-stack.ts';
import { type CuttingProxy, openCuttingProxy } from '../../support/postgres/cutting-proxy.ts';
import { until } from '../../support/postgres/processes.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { Folder, ISSUED, newToken } from '../temporary-database.ts';

const ACCOUNT = { id: 'UPSTOX_01', number: 1 };
const REFERENCE = { accountId: ACCOUNT.id, apiName: 'PRIMARY', correlationId: 'run-1' } as const;
const LATER = new Date(ISSUED.getTime() + 60_000);
const ALL = { first: 100, before: null, severity: null, component: null, correlationId: null };
const KEY = new Secret('a master key of this test');

/** One database by two ways: by one that breaks, and by a sound one, as another machine has it. */
const openBoth = async () => {
  const stack = new DisposalStack();
  const folder = new Folder();
  stack.defer(() => folder[Symbol.dispose]());
  const server = await sharedPostgres();
  const proxy = stack.use(await openCuttingProxy(server.port));
  const url = await server.createDatabase();
  stack.defer(() => server.dropDatabase(url));
  const vega = folder.file('.vega');
  const open = async (way: string, folder: string, given = [KEY]) =>
    stack.use(await PostgresDatabase.open({ url: way, zone: IST, masterKey: { given, folder } }));
  const parted = await open(proxy.url(url), vega);
  const sound = await open(url, folder.file('elsewhere'));
  await sound.write(async (trx) => {
    await ensureAccount(trx, ACCOUNT, ISSUED);
    await ensureAuthRecord(trx, ACCOUNT.id, ISSUED);
  });
  const reopen = (given = [KEY]) => open(url, vega, given);
  const elsewhere = (given: readonly Secret[]) => open(url, folder.file('elsewhere'), [...given]);
  const spills = () => readdirSync(vega).filter((name) => name.endsWith('.spill'));
  return { proxy, parted, sound, stack, vega, reopen, elsewhere, spills };
};

const issued = (text: string, issuedAt = ISSUED): Fact => ({
  kind: 'ISSUED_TOKEN',
  token: newToken(text, { issuedAt }),
  account: ACCOUNT,
  reference: REFERENCE,
  key: `stored ${text}`,
  at: issuedAt,
});

const keep = (database: PostgresDatabase, ...facts: readonly Fact[]) =>
  database.keep(
    async () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    },
    () => facts,
  );

/** From here on the database is known to be gone. */
const part = async (proxy: CuttingProxy, database: PostgresDatabase): Promise<void> => {
  proxy.part();
  await until(async () => {
    await findTokens(database.read, 1, database).catch(() => undefined);
    return database.trouble !== null;
  });
};

const textsIn = async (database: PostgresDatabase): Promise<readonly string[]> =>
  (await findTokens(database.read, 1, database)).map(
    ({ accessToken, version }) => `${accessToken.reveal()} ${version}`,
  );

const kindsIn = async (database: PostgresDatabase): Promise<readonly string[]> =>
  (await database.auditEntries(ALL)).map(({ kind }) => kind).reverse();

const isBack = (database: PostgresDatabase) => until(() => database.trouble === null);

test('a token that comes while the server is gone is sealed on the disk, and stored once it is back', async () => {
  const { proxy, parted, sound, stack, vega, spills } = await openBoth();
  await using _stack = stack;
  await sound.write((trx) => replaceToken(trx, newToken('token-before'), sound, ISSUED));
  proxy.part();
  const begunAt = performance.now();
  expect(await keep(parted, issued('token-canary', LATER))).toEqual({ isStored: false, result: null });
  expect(performance.now() - begunAt).toBeLessThan(8000);
  expect(parted.recovery).toEqual({ dbLocked: true, fallback: 'SPILL', autoRestart: true, pendingWrites: 1 });
  expect(parted.trouble).toMatchObject({ pendingWrites: 1, isOnDisk: true, advice: null });
  expect([parted.storageOf(1, 'PRIMARY'), parted.storageOf(1, 'WEBSOCKET1')]).toEqual(['SPILL', 'DATABASE']);
  const [file = ''] = spills();
  expect(statSync(path.join(vega, file)).mode & 0o777).toBe(0o600);
  const bytes = readFileSync(path.join(vega, file), 'latin1');
  for (const secret of ['token-canary', 'client-secret-canary', 'UPSTOX_01', 'PRIMARY'])
    expect(bytes).not.toContain(secret);
  expect(await textsIn(sound)).toEqual(['token-before 1']);
  proxy.join();
  await isBack(parted);
  expect(await textsIn(sound)).toEqual(['token-canary 2']);
  expect(await kindsIn(sound)).toEqual(['TOKEN_STORED']);
  expect(await sound.verifyAudit()).toMatchObject({ valid: true, entries: 1 });
  expect(parted.storageOf(1, 'PRIMARY')).toBe('DATABASE');
  expect(parted.recovery).toMatchObject({ dbLocked: false, fallback: 'DATABASE', pendingWrites: 0 });
  expect(spills()).toEqual([]);
});

test('a server that stands still is given up after some seconds, and its token is stored once when it goes on', async () => {
  const { proxy, parted, sound, stack, spills } = await openBoth();
  await using _stack = stack;
  const token = newToken('token-1');
  const entry = toAuditEntry('OTP_SUBMITTED', {}, REFERENCE, 'same', ISSUED);
  let isWritten = false;
  const kept = await parted.keep(
    async (trx) => {
      await replaceToken(trx, token, parted, ISSUED);
      isWritten = true;
      proxy.stall();
      await parted.audit(trx, entry);
    },
    () => [issued('token-1'), { kind: 'AUDIT', entry }],
  );
  expect([kept.isStored, isWritten, spills().length]).toEqual([false, true, 1]);
  proxy.join();
  await isBack(parted);
  expect(await textsIn(sound)).toEqual(['token-1 1']);
  expect(await kindsIn(sound)).toEqual(['TOKEN_STORED', 'OTP_SUBMITTED']);
  expect(await sound.verifyAudit()).toMatchObject({ valid: true, entries: 2 });
});

test('a process that ends meanwhile does so at once, and the next one stores what it has left, once', async () => {
  const { proxy, parted, sound, stack, reopen, spills } = await openBoth();
  await using _stack = stack;
  await part(proxy, parted);
  await keep(parted, issued('token-1'));
  const begunAt = performance.now();
  await parted[Symbol.asyncDispose]();
  expect(performance.now() - begunAt).toBeLessThan(6000);
  expect(spills()).toHaveLength(1);
  const next = await reopen();
  expect(next.findings).toMatchObject({ replayed: 1, tornBytes: 0, damaged: [] });
  expect(await textsIn(next)).toEqual(['token-1 1']);
  expect((await reopen()).findings).toMatchObject({ replayed: 0 });
  expect(await textsIn(sound)).toEqual(['token-1 1']);
  expect(await sound.verifyAudit()).toMatchObject({ valid: true, entries: 1 });
  expect(spills()).toEqual([]);
});

test('what was spilled never takes the place of a token that was issued later', async () => {
  const { proxy, parted, sound, stack } = await openBoth();
  await using _stack = stack;
  await part(proxy, parted);
  await keep(parted, issued('token-1'));
  await sound.write((trx) => replaceToken(trx, newToken('token-2', { issuedAt: LATER }), sound, LATER));
  proxy.join();
  await isBack(parted);
  expect(await textsIn(sound)).toEqual(['token-2 1']);
  expect(await kindsIn(sound)).toEqual(['TOKEN_DROPPED']);
  expect(await sound.verifyAudit()).toMatchObject({ valid: true });
});

test('what was spilled for an account that was removed meanwhile stays out', async () => {
  const { proxy, parted, sound, stack } = await openBoth();
  await using _stack = stack;
  await part(proxy, parted);
  await keep(parted, issued('token-1'));
  await sound.write((trx) => deleteAccount(trx, ACCOUNT));
  proxy.join();
  await isBack(parted);
  expect(await textsIn(sound)).toEqual([]);
  expect(await kindsIn(sound)).toEqual(['TOKEN_DROPPED']);
});

test('what was spilled is stored before anything else is written', async () => {
  const { proxy, parted, sound, stack } = await openBoth();
  await using _stack = stack;
  await part(proxy, parted);
  await keep(parted, issued('token-1'));
  proxy.join();
  await parted.write((trx) => replaceToken(trx, newToken('token-2', { issuedAt: LATER }), parted, LATER));
  expect(await textsIn(sound)).toEqual(['token-2 2']);
  expect(parted.trouble).toBeNull();
});

test('a spill that was sealed with another master key is kept as it is, and reported', async () => {
  const { proxy, parted, sound, stack, vega, reopen, elsewhere, spills } = await openBoth();
  await using _stack = stack;
  await part(proxy, parted);
  await keep(parted, issued('token-1'));
  await parted[Symbol.asyncDispose]();
  const [file = ''] = spills();
  const other = new Secret('another master key of this test');
  expect(await (await elsewhere([other, KEY])).rotateMasterKey()).toBe(true);
  const next = await reopen([other]);
  expect(next.findings.damaged).toMatchObject([{ file: path.join(vega, file) }]);
  expect(next.damagedSpills()).toEqual([file]);
  expect(await textsIn(sound)).toEqual([]);
  renameSync(path.join(vega, file), path.join(vega, 'kept'));
  expect(next.damagedSpills()).toEqual([]);
});

test('a token waits for the master key that another machine was given', async () => {
  const { parted, sound, stack, reopen, elsewhere } = await openBoth();
  await using _stack = stack;
  const other = new Secret('another master key of this test');
  expect(await (await elsewhere([other, KEY])).rotateMasterKey()).toBe(true);
  const work = async () => expect.unreachable('nothing is written with the former key');
  expect(await parted.keep(work, () => [issued('token-1')])).toMatchObject({ isStored: false });
  expect(parted.trouble).toMatchObject({ code: 'MASTER_KEY_CHANGED', pendingWrites: 1, isOnDisk: true });
  expect(parted.trouble?.advice).toContain('the new key, a comma and the old one');
  await parted[Symbol.asyncDispose]();
  await reopen([other, KEY]);
  expect(await textsIn(sound)).toEqual(['token-1 1']);
});

const run: GenerationRun = {
  id: 'run-1',
  accountId: ACCOUNT.id,
  mode: 'ALL',
  status: 'RUNNING',
  startedAt: ISSUED,
  endedAt: null,
  waitingUntil: null,
  steps: [{ ...pendingStep('PRIMARY'), status: 'RUNNING', startedAt: ISSUED }],
};
const ended: GenerationRun = {
  ...run,
  status: 'STOPPED',
  endedAt: LATER,
  steps: run.steps.map((step) => ({ ...step, status: 'SKIPPED', endedAt: LATER })),
};
const self = markOf(process.pid);

test('a run goes on where it was, its end and what follows for the account are not lost', async () => {
  const { proxy, parted, sound, stack } = await openBoth();
  await using _stack = stack;
  await sound.write((trx) => insertRun(trx, run, self));
  await part(proxy, parted);
  const entry: AuditEntry = toAuditEntry('QUARANTINED', { reason: 'CREDENTIALS_REJECTED' }, {}, 'q', LATER);
  await keep(
    parted,
    { kind: 'RUN', run: ended, apiName: null },
    { kind: 'REST', accountId: ACCOUNT.id, rest: { quarantinedAt: LATER } },
    { kind: 'AUDIT', entry },
  );
  proxy.join();
  await isBack(parted);
  expect(await findRun(sound.read, run.id)).toEqual(ended);
  expect((await findAuthRecord(sound.read, ACCOUNT.id)).quarantinedAt).toEqual(LATER);
  expect(await kindsIn(sound)).toEqual(['QUARANTINED']);
});

test('a run that another process has taken over meanwhile, and a quarantine that was cleared, stay as they are', async () => {
  const { proxy, parted, sound, stack } = await openBoth();
  await using _stack = stack;
  await sound.write((trx) => insertRun(trx, run, self));
  await part(proxy, parted);
  await keep(
    parted,
    { kind: 'RUN', run: ended, apiName: null },
    { kind: 'REST', accountId: ACCOUNT.id, rest: { quarantinedAt: ISSUED } },
  );
  await sound.write(async (trx) => {
    await takeOverRun(trx, run.id, self, { id: 1, birth: 'another' });
    await changeAuthRecord(trx, ACCOUNT.id, { clearedAt: LATER });
  });
  proxy.join();
  await isBack(parted);
  expect(await findRun(sound.read, run.id)).toEqual(run);
  expect((await findAuthRecord(sound.read, ACCOUNT.id)).quarantinedAt).toBeNull();
});

test('who has lost the lease of the account stores its token all the same, and nothing of the run', async () => {
  const { parted, sound, stack } = await openBoth();
  await using _stack = stack;
  const lease = (workerId: string) =>
    sound.write((trx) => takeLease(trx, { accountId: ACCOUNT.id, workerId, milliseconds: 60_000 }));
  const lost = await lease('a');
  await lease('a');
  await sound.write((trx) => insertRun(trx, run, self));
  if (lost === null) throw new Error('no lease');
  const storing = fenced(lost, () =>
    parted.keep(
      async () => 'never',
      () => [issued('token-1'), { kind: 'RUN', run: ended, apiName: null }],
    ),
  );
  await expect(storing).rejects.toThrow(LeaseLost);
  expect(await textsIn(sound)).toEqual(['token-1 1']);
  expect(await findRun(sound.read, run.id)).toEqual(run);
  expect(parted.trouble).toBeNull();
});

test('an extended token is kept, and a later one stays', async () => {
  const { proxy, parted, sound, stack } = await openBoth();
  await using _stack = stack;
  await part(proxy, parted);
  const held = (text: string, importedAt: Date): Fact => ({
    kind: 'HELD_TOKEN',
    token: {
      ...{ kind: 'EXTENDED', accessToken: new Secret(text), fingerprint: text, expiresAt: null },
      ...{ importedAt, checkedAt: null, verdict: 'UNKNOWN', httpStatus: null },
    },
    account: ACCOUNT,
    reference: REFERENCE,
    key: text,
    at: importedAt,
  });
  await keep(parted, held('later', LATER));
  await keep(parted, held('earlier', ISSUED));
  proxy.join();
  await isBack(parted);
  const kept = await findHeldTokens(sound.read, 1, sound.vault);
  expect(kept.map(({ accessToken, version }) => `${accessToken.reveal()} ${version}`)).toEqual(['later 1']);
  expect(await kindsIn(sound)).toEqual(['TOKEN_HELD', 'TOKEN_DROPPED']);
});
