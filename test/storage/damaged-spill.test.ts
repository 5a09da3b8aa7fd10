import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { replaceToken } from '../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../src/db/queries/tokens.ts';
import { toMasterKey } from '../../src/db/secrets/master-key.ts';
import { spillPlace, Vault } from '../../src/db/secrets/vault.ts';
import { readSpill, settleSpill } from '../../src/db/spill/orphan-spills.ts';
import { frame, readRecords } from '../../src/db/spill/spill-records.ts';
import type { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import { toAuditEntry } from '../../src/domain/events/audit.ts';
import { Secret } from '../../src/domain/secret.ts';
import { Folder, holdLock, newToken } from '../db/temporary-database.ts';
import { asOldRecords, oldFrame } from '../support/old-spill.ts';
import { repetitions } from '../support/repetitions.ts';
import { openTestApp, until } from '../support/test-app.ts';

const DATABASE = 'vega_trade.db';
const SPILL = `${DATABASE}.spill`;
const NOW = new Date('2026-11-17T20:00:05+05:30');
const APIS = ['PRIMARY', 'WEBSOCKET1', 'WEBSOCKET2'] as const;

const store = (database: SqliteDatabase, text: string, apiName: (typeof APIS)[number]) =>
  database.write(async (transaction) => {
    await replaceToken(transaction, newToken(text, { apiName }), database, NOW);
    const reference = { accountId: 'UPSTOX_01', apiName };
    await database.audit(transaction, toAuditEntry('OTP_SUBMITTED', {}, reference, text, NOW));
  });

const texts = async (database: SqliteDatabase): Promise<string[]> =>
  (await findTokens(database.read, 1, database)).map(
    ({ accessToken, version }) => `${accessToken.reveal()} ${version}`,
  );

/** Ends the program in the middle of an outage, in which it has stored three tokens. */
const leaveSpill = async (folder: Folder): Promise<Buffer> => {
  const database = await folder.open();
  await store(database, 'token-before', 'PRIMARY');
  await using _other = await holdLock(folder.file(DATABASE));
  for (const [index, apiName] of APIS.entries()) await store(database, `token-${index + 1}`, apiName);
  await database[Symbol.asyncDispose]();
  return readFileSync(folder.file(SPILL));
};

const keptIn = (folder: Folder): string[] =>
  readdirSync(folder.path).filter((name) => name.includes('.damaged-'));

/** Where each record of a spill lies. */
const placesIn = (spill: Buffer): readonly { from: number; to: number }[] => {
  let from = 0;
  return readRecords(spill).records.map(({ bytes }) => {
    const place = { from, to: from + bytes };
    from += bytes;
    return place;
  });
};

const flip = (spill: Buffer, place: number): Buffer => {
  const flipped = Buffer.from(spill);
  flipped[place] = (flipped[place] ?? 0) ^ 0x10;
  return flipped;
};

describe('a byte that was changed', () => {
  test.each([
    ['in the text of a record', 200],
    ['in the length of a record', 9],
    ['in the mark of a record', 2],
    ['in a checksum of a record', 13],
  ])('%s costs that transaction alone; the file is kept, and it is said', async (_what, offset) => {
    using folder = new Folder();
    const spill = await leaveSpill(folder);
    const second = placesIn(spill)[1] ?? { from: 0, to: 0 };
    const damaged = flip(spill, second.from + offset);
    writeFileSync(folder.file(SPILL), damaged);
    await using database = await folder.open();
    expect(await texts(database)).toEqual(['token-1 2', 'token-3 1']);
    expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 3 });
    const [kept = '', ...others] = keptIn(folder);
    expect(others).toEqual([]);
    expect(kept).toMatch(/^vega_trade\.db\.spill\.damaged-\d{4}-\d\d-\d\dT[\d-]+Z$/);
    expect(database.findings).toEqual({
      replayed: 2,
      tornBytes: 0,
      isHeadMissing: false,
      missingEntries: 0,
      damaged: [{ file: folder.file(kept), unreadBytes: second.to - second.from, missing: 1 }],
    });
    expect(readFileSync(folder.file(kept)).equals(damaged)).toBe(true);
    expect(statSync(folder.file(kept)).mode & 0o777).toBe(0o600);
    expect(existsSync(folder.file(SPILL))).toBe(false);
  });

  test('in the last record costs no other, and the file is kept', async () => {
    using folder = new Folder();
    const spill = await leaveSpill(folder);
    const last = placesIn(spill).at(-1) ?? { from: 0, to: 0 };
    writeFileSync(folder.file(SPILL), flip(spill, last.to - 9));
    await using database = await folder.open();
    expect(await texts(database)).toEqual(['token-1 2', 'token-2 1']);
    expect(database.findings).toMatchObject({ replayed: 2, tornBytes: 0 });
    expect(keptIn(folder)).toHaveLength(1);
  });

  test('is told by the audit as an error, and by systemHealth for as long as the file lies there', async () => {
    await using first = await openTestApp({ apis: 1 });
    const { directory, broker } = first;
    const file = `${directory}/${DATABASE}`;
    const { database, audit } = first.app.parts;
    await using other = await holdLock(file);
    for (let count = 0; count < 3; count += 1) await audit.record('SESSIONS_ENDED', { count });
    expect(database.trouble).toMatchObject({ isOnDisk: true });
    const spill = readFileSync(`${file}.spill`);
    await other.release();
    await until('the end of the outage', () => database.trouble === null);
    await first.app[Symbol.asyncDispose]();
    // As if nothing of it had come into the database.
    const fresh = Buffer.from(spill);
    writeFileSync(`${file}.spill`, flip(fresh, (placesIn(spill)[1]?.from ?? 0) + 300));

    await using testApp = await openTestApp({ apis: 1, broker, directory });
    const [kept = ''] = readdirSync(directory).filter((name) => name.includes('.damaged-'));
    const entries = testApp.rows(
      "select severity, component, message from vega_audit_entries where kind = 'SPILL_DAMAGED'",
    );
    expect(entries).toEqual([
      { severity: 'ERROR', component: 'DB', message: expect.stringContaining(`It is kept as ${kept}.`) },
    ]);
    const findings = async () =>
      (await testApp.ask('{ systemHealth { database findings { component state message nextAction } } }'))
        .data.systemHealth;
    const health = await findings();
    expect(health.database).toBe('DEGRADED');
    expect(health.findings).toContainEqual({
      component: 'DATABASE',
      state: 'DEGRADED',
      message: `The spill file ${kept} is damaged: what is whole in it is in the database, the rest could not be read.`,
      nextAction: `Compare status and audit with what you expect, generate what is missing, then move ${kept} to another folder.`,
    });
    rmSync(`${directory}/${kept}`);
    expect((await findings()).database).toBe('OK');
  });
});

test('records that changed their places are put in order, and those that come twice are replayed once', async () => {
  using folder = new Folder();
  const spill = await leaveSpill(folder);
  const [one, two, three] = placesIn(spill).map(({ from, to }) => spill.subarray(from, to));
  const mixed = Buffer.concat([three, one, one, two, three].map((each) => each ?? Buffer.alloc(0)));
  writeFileSync(folder.file(SPILL), mixed);
  await using database = await folder.open();
  expect(await texts(database)).toEqual(['token-1 2', 'token-2 1', 'token-3 1']);
  expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: 4 });
  const [kept = ''] = keptIn(folder);
  expect(readFileSync(folder.file(kept)).equals(mixed)).toBe(true);
});

test('an earlier state is never put in the place of a later one by a spill that was replayed already', async () => {
  using folder = new Folder();
  const first = await folder.open();
  const rename = (database: SqliteDatabase, name: string) =>
    database.write((transaction) =>
      transaction
        .insertInto('vega_sessions')
        .values({ secret_hash: 'same', key_id: name, ends_at: 1 })
        .onConflict((conflict) => conflict.column('secret_hash').doUpdateSet({ key_id: name }))
        .execute(),
    );
  const other = await holdLock(folder.file(DATABASE));
  await rename(first, 'spilled');
  const spill = readFileSync(folder.file(SPILL));
  await other.release();
  await until('the end of the outage', () => first.trouble === null);
  await rename(first, 'later');
  await first[Symbol.asyncDispose]();
  // The process was killed when the database had everything, and the file was still there.
  writeFileSync(folder.file(SPILL), spill, { mode: 0o600 });
  await using database = await folder.open();
  expect(await database.read.selectFrom('vega_sessions').select('key_id').execute()).toEqual([
    { key_id: 'later' },
  ]);
  expect(database.findings.replayed).toBe(0);
  expect(existsSync(folder.file(SPILL))).toBe(false);
});

test('two spills are replayed in the order in which they were begun', async () => {
  using folder = new Folder();
  const name = async (database: SqliteDatabase, ends_at: number) => {
    await database.write((transaction) =>
      transaction
        .insertInto('vega_sessions')
        .values({ secret_hash: 'same', key_id: null, ends_at })
        .onConflict((conflict) => conflict.column('secret_hash').doUpdateSet({ ends_at }))
        .execute(),
    );
  };
  await (await folder.open())[Symbol.asyncDispose]();
  await using _other = await holdLock(folder.file(DATABASE));
  for (const ends_at of [1, 2]) {
    const database = await folder.open();
    await name(database, ends_at);
    await database[Symbol.asyncDispose]();
  }
  expect(readdirSync(folder.path).filter((entry) => entry.endsWith('.spill'))).toHaveLength(2);
  await _other.release();
  await using database = await folder.open();
  expect(await database.read.selectFrom('vega_sessions').select('ends_at').execute()).toEqual([
    { ends_at: 2 },
  ]);
});

test('a spill file that is removed in the middle of an outage is written once more', async () => {
  using folder = new Folder();
  const database = await folder.open();
  await using other = await holdLock(folder.file(DATABASE));
  await store(database, 'token-1', 'PRIMARY');
  rmSync(folder.file(SPILL));
  await store(database, 'token-2', 'WEBSOCKET1');
  await database[Symbol.asyncDispose]();
  await other.release();
  await using again = await folder.open();
  expect(again.findings).toMatchObject({ replayed: 2, damaged: [] });
  expect(await texts(again)).toEqual(['token-1 1', 'token-2 1']);
});

describe('a spill of an older version', () => {
  test('is read', async () => {
    using folder = new Folder();
    const old = asOldRecords(await leaveSpill(folder));
    writeFileSync(folder.file(SPILL), Buffer.concat([...old, Buffer.alloc(4096)]));
    await using database = await folder.open();
    expect(database.findings).toMatchObject({ replayed: 3, tornBytes: 0, damaged: [] });
    expect(await texts(database)).toEqual(['token-1 2', 'token-2 1', 'token-3 1']);
  });

  test.each([40, 1])('that is damaged at byte %i of a record costs that record alone', async (place) => {
    using folder = new Folder();
    const [header, one, two, three] = asOldRecords(await leaveSpill(folder)) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    writeFileSync(folder.file(SPILL), Buffer.concat([header, one, flip(two, place), three]));
    await using database = await folder.open();
    expect(await texts(database)).toEqual(['token-1 2', 'token-3 1']);
    expect(database.findings.damaged).toMatchObject([{ unreadBytes: two.length, missing: 1 }]);
    expect(keptIn(folder)).toHaveLength(1);
  });

  test('that has lost its header cannot be read at all, and is kept', async () => {
    using folder = new Folder();
    const [header, ...records] = asOldRecords(await leaveSpill(folder)) as [Buffer, ...Buffer[]];
    writeFileSync(folder.file(SPILL), Buffer.concat([flip(header, 12), ...records]));
    await using database = await folder.open();
    expect(await texts(database)).toEqual(['token-before 1']);
    expect(database.findings.damaged).toHaveLength(1);
    expect(keptIn(folder)).toHaveLength(1);
  });
});

describe('whatever happens to the bytes of a spill', () => {
  const vault = new Vault([toMasterKey('a master key of this test, long enough')]);
  const ROOM = 8192;
  const header = (spill: string) => ({ spill, process: 1, birth: null, schema: '', at: 1, room: ROOM });

  type Act =
    | { readonly kind: 'FLIP'; readonly place: number; readonly bit: number }
    | { readonly kind: 'CUT' | 'DROP' | 'BLANK' | 'DOUBLE'; readonly place: number; readonly length: number }
    | {
        readonly kind: 'SWAP' | 'DOUBLE_RECORD' | 'DROP_RECORD';
        readonly one: number;
        readonly other: number;
      };

  const place = fc.nat(ROOM);
  const acts: fc.Arbitrary<Act> = fc.oneof(
    fc.record({ kind: fc.constant('FLIP' as const), place, bit: fc.nat(7) }),
    fc.record({
      kind: fc.constantFrom('CUT' as const, 'DROP' as const, 'BLANK' as const, 'DOUBLE' as const),
      place,
      length: fc.integer({ min: 1, max: 900 }),
    }),
    fc.record({
      kind: fc.constantFrom('SWAP' as const, 'DOUBLE_RECORD' as const, 'DROP_RECORD' as const),
      one: fc.nat(12),
      other: fc.nat(12),
    }),
  );

  /** Does it to the used part: what is behind it says nothing. */
  const apply = (bytes: Buffer, act: Act): Buffer => {
    const used = bytes.findLastIndex((byte) => byte !== 0) + 1;
    if (act.kind === 'FLIP') {
      const flipped = Buffer.from(bytes);
      const at = act.place % Math.max(used, 1);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << act.bit);
      return flipped;
    }
    if ('length' in act) {
      const from = act.place % Math.max(used, 1);
      const [before, part, after] = [
        bytes.subarray(0, from),
        bytes.subarray(from, from + act.length),
        bytes.subarray(from + act.length),
      ];
      if (act.kind === 'CUT') return before;
      if (act.kind === 'DROP') return Buffer.concat([before, after]);
      if (act.kind === 'DOUBLE') return Buffer.concat([before, part, part, after]);
      return Buffer.concat([before, Buffer.alloc(part.length), after]);
    }
    const places = placesIn(bytes);
    const parts = places.map(({ from, to }) => bytes.subarray(from, to));
    const [one, other] = [act.one % Math.max(parts.length, 1), act.other % Math.max(parts.length, 1)];
    const first = parts[one];
    const second = parts[other];
    if (first === undefined || second === undefined) return bytes;
    if (act.kind === 'SWAP') [parts[one], parts[other]] = [second, first];
    if (act.kind === 'DOUBLE_RECORD') parts.splice(other, 0, first);
    if (act.kind === 'DROP_RECORD') parts.splice(one, 1);
    return Buffer.concat([...parts, bytes.subarray(places.at(-1)?.to ?? 0)]);
  };

  test('what is whole is read, once, in its order; whatever else was there is told and kept', () => {
    using folder = new Folder();
    const file = folder.file(SPILL);
    const check = (lengths: readonly number[], isOld: boolean, done: readonly Act[]) => {
      const sealed = lengths.map((length, index) =>
        vault.seal(new Secret(`${index + 1} ${'x'.repeat(length)}`), spillPlace('spill', index + 1)),
      );
      const records = isOld
        ? sealed.map(oldFrame)
        : sealed.map((text, index) => frame(header('spill'), index + 1, text));
      const { room: _room, ...oldHeader } = header('spill');
      const beginning = isOld ? oldFrame(JSON.stringify(oldHeader)) : Buffer.alloc(0);
      const written = Buffer.concat([beginning, ...records]);
      const whole = Buffer.concat([written, Buffer.alloc(Math.max(0, ROOM - written.length))]);
      const bytes = done.reduce(apply, whole);
      writeFileSync(file, bytes, { mode: 0o600 });
      const left = readSpill(file, folder.file(DATABASE), vault, NOW);
      const numbers = left.transactions.map(({ number }) => number);
      // Nothing twice, nothing before what was earlier, and nothing that was not written.
      expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
      for (const { number, sealed: text } of left.transactions) expect(text).toBe(sealed[number - 1]);
      // Whatever lies there as a whole is read.
      const isReadable = !isOld || bytes.includes(beginning);
      const lying = records.flatMap((record, index) => (bytes.includes(record) ? [index + 1] : []));
      if (isReadable) expect(numbers).toEqual(lying);
      // What is not among them is told. Only of an older version's file nobody can tell that its end was cut off.
      const lost = records.length - numbers.length;
      const isEndGone = numbers.every((number, index) => number === index + 1);
      if (lost > 0 && !(isEndGone && done.some(({ kind }) => kind !== 'FLIP')))
        expect(left.tornBytes + (left.damage === null ? 0 : 1)).toBeGreaterThan(0);
      // A torn end is the last one's alone.
      if (left.damage === null) expect(numbers).toEqual(numbers.map((_number, index) => index + 1));
      settleSpill(left);
      const kept = left.damage === null ? null : readFileSync(left.damage.file);
      if (kept !== null) expect(kept.equals(bytes)).toBe(true);
      for (const name of readdirSync(folder.path)) rmSync(folder.file(name));
    };
    fc.assert(
      fc.property(
        fc.array(fc.nat(500), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        fc.array(acts, { maxLength: 4 }),
        check,
      ),
      { numRuns: repetitions(150, 3000) },
    );
  }, 120_000);
});
