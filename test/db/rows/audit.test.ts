import { describe, expect, test } from 'vitest';
import { AuditChain, findLastLink } from '../../../src/db/audit/audit-chain.ts';
import { type AuditQuery, findAuditEntries, verifyChain } from '../../../src/db/audit/audit-entries.ts';
import { AuditHead, START } from '../../../src/db/audit/audit-head.ts';
import { findBeginning, findEntriesBetween, findKnownUntil } from '../../../src/db/audit/audit-range.ts';
import { openAuditKey } from '../../../src/db/secrets/sealed-values.ts';
import { type AuditEntry, toAuditEntry } from '../../../src/domain/events/audit.ts';
import { ENGINES, type Engine, openRows, type Rows } from '../engines.ts';
import { Folder } from '../temporary-database.ts';

const at = (second: number): Date => new Date(Date.parse('2026-11-17T20:00:00+05:30') + second * 1000 + 7);

const entry = (key: string, parts: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{ key, at: at(0), kind: 'RUN_STARTED', severity: 'INFO', component: 'AUTH', message: `„${key}“ ✓ टोकन` },
  ...{ accountId: 'UPSTOX_01', apiName: null, correlationId: null },
  ...parts,
});

const ALL: AuditQuery = { first: 99, before: null, severity: null, component: null, correlationId: null };

/** The audit of one program on a database, with its head in a folder. */
class Audit implements AsyncDisposable {
  readonly database: Rows;
  readonly #folder: Folder;
  readonly chain: AuditChain;

  private constructor(database: Rows, folder: Folder, chain: AuditChain) {
    this.database = database;
    this.#folder = folder;
    this.chain = chain;
  }

  static async open(engine: Engine): Promise<Audit> {
    const database = await openRows(engine);
    const folder = new Folder();
    const key = await openAuditKey(database.read, database.vault);
    return new Audit(database, folder, new AuditChain(key, new AuditHead(folder.file('audit'), key)));
  }

  /** As another process appends. */
  async beside(): Promise<AuditChain> {
    const key = await openAuditKey(this.database.read, this.database.vault);
    return new AuditChain(key, new AuditHead(this.#folder.file('audit'), key));
  }

  async append(entries: readonly AuditEntry[], chain = this.chain): Promise<readonly number[]> {
    const committed = await this.database.write(async (trx) => {
      for (const one of entries) await chain.append(trx, one);
      return trx;
    });
    chain.markStored(committed);
    return chain.appendedBy(committed).map(({ id }) => id);
  }

  verify() {
    return verifyChain(this.database.read, this.chain);
  }

  async find(query: Partial<AuditQuery>): Promise<readonly string[]> {
    const found = await findAuditEntries(this.database.read, { ...ALL, ...query });
    return found.map(({ id, key }) => `${id} ${key}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.database[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}

/** Lets a statement through that the triggers refuse, as one who owns the database can. */
const tamper = async ({ database }: Audit, engine: Engine, statement: string): Promise<void> => {
  const triggers = ['vega_audit_entries_no_update', 'vega_audit_entries_no_delete'];
  const on = engine === 'POSTGRES' ? ' on vega_audit_entries' : '';
  for (const trigger of triggers) await database.raw(`drop trigger ${trigger}${on}`);
  await database.raw(statement);
};

describe.each(ENGINES)('%s', (engine) => {
  test('entries are found as they were appended, and the chain is whole', async () => {
    await using audit = await Audit.open(engine);
    const full = entry('two', { apiName: 'PRIMARY', correlationId: 'run', severity: 'WARN', at: at(-5) });
    expect(await audit.verify()).toMatchObject({ valid: true, entries: 0 });
    expect(await audit.append([entry('one'), full])).toEqual([1, 2]);
    expect(await findAuditEntries(audit.database.read, ALL)).toEqual([
      { ...full, id: 2 },
      { ...entry('one'), id: 1 },
    ]);
    expect(await audit.verify()).toEqual({ valid: true, entries: 2, firstBadId: null, reason: null });
  });

  test('the chain is whole whatever a message says: half a character and NUL as well', async () => {
    await using audit = await Audit.open(engine);
    const odd = ['\ud800', 'a\udc00b', '\0', 'a\0\ud83d', '\u{1f600}', '\r\n', "' -- $1 ?", '\uffff'];
    await audit.append(
      odd.map((reason, index) => toAuditEntry('BACKUP_FAILED', { reason }, {}, String(index), at(index))),
    );
    expect(await verifyChain(audit.database.read, audit.chain)).toMatchObject({
      valid: true,
      entries: odd.length,
    });
  });

  test('an entry that is there already is not appended again, and the others of its transaction are', async () => {
    await using audit = await Audit.open(engine);
    await audit.append([entry('one')]);
    expect(await audit.append([entry('one', { message: 'again' }), entry('two')])).toEqual([2]);
    expect(await audit.append([entry('two')])).toEqual([]);
    expect(await audit.find({})).toEqual(['2 two', '1 one']);
    expect(await audit.verify()).toMatchObject({ valid: true, entries: 2 });
  });

  test('an entry goes with its transaction when that is undone', async () => {
    await using audit = await Audit.open(engine);
    const undone = audit.database.write(async (trx) => {
      await audit.chain.append(trx, entry('undone'));
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await audit.append([entry('one')])).toEqual([1]);
    expect(await audit.verify()).toMatchObject({ valid: true, entries: 1 });
  });

  test('several processes append to one chain', async () => {
    await using audit = await Audit.open(engine);
    const other = await audit.beside();
    const appended = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        audit.append([entry(`${index}`)], index % 2 === 0 ? audit.chain : other),
      ),
    );
    expect(appended.flat().sort((one, another) => one - another)).toEqual(
      Array.from({ length: 10 }, (_, index) => index + 1),
    );
    expect(await audit.verify()).toMatchObject({ valid: true, entries: 10 });
  });

  test('entries are filtered, and a page begins before an id', async () => {
    await using audit = await Audit.open(engine);
    await audit.append([
      ...[entry('1'), entry('2', { severity: 'ERROR' }), entry('3', { component: 'DB' })],
      ...[entry('4', { correlationId: 'run' }), entry('5', { severity: 'ERROR', component: 'DB' })],
    ]);
    expect(await audit.find({ first: 2 })).toEqual(['5 5', '4 4']);
    expect(await audit.find({ first: 2, before: 4 })).toEqual(['3 3', '2 2']);
    expect(await audit.find({ severity: 'ERROR' })).toEqual(['5 5', '2 2']);
    expect(await audit.find({ component: 'DB' })).toEqual(['5 5', '3 3']);
    expect(await audit.find({ component: 'DB', severity: 'ERROR' })).toEqual(['5 5']);
    expect(await audit.find({ correlationId: 'run' })).toEqual(['4 4']);
  });

  test('a span of time is found by id, its beginning within and its end without', async () => {
    await using audit = await Audit.open(engine);
    expect(await findBeginning(audit.database.read)).toBeNull();
    await audit.append([5, 9, 0, 7].map((second) => entry(`${second}`, { at: at(second) })));
    const between = await findEntriesBetween(audit.database.read, at(5), at(9));
    expect(between.map(({ id, key }) => `${id} ${key}`)).toEqual(['1 5', '4 7']);
    expect(await findBeginning(audit.database.read)).toEqual(at(5));
  });

  test('after a restore the audit knows until the entry before it; a backup does not count', async () => {
    await using audit = await Audit.open(engine);
    const known = (second: number) => findKnownUntil(audit.database.read, at(second));
    expect(await known(0)).toBeNull();
    await audit.append([entry('1', { at: at(1) }), entry('2', { at: at(2), kind: 'BACKUP_MADE' })]);
    expect(await known(0)).toEqual(at(1));
    const restored = entry('3', { at: at(9), kind: 'RESTORED', severity: 'ERROR' });
    await audit.append([restored, entry('4', { at: at(10) })]);
    expect([await known(0), await known(10)]).toEqual([at(1), at(10)]);
  });

  test.each([
    ['was edited', "update vega_audit_entries set message = 'x' where sequence = 2", 'Entry 2 was changed'],
    ['is missing', 'delete from vega_audit_entries where sequence = 2', 'Entry 2 is missing'],
    ['was cut off', 'delete from vega_audit_entries where sequence = 3', 'from 3 on are missing'],
  ])('an entry that %s is named', async (_what, statement, reason) => {
    await using audit = await Audit.open(engine);
    await audit.append(['1', '2', '3'].map((key) => entry(key)));
    await expect(audit.database.raw(statement)).rejects.toThrow('append-only');
    expect(await audit.verify()).toMatchObject({ valid: true });
    await tamper(audit, engine, statement);
    expect(await audit.verify()).toMatchObject({ valid: false, reason: expect.stringContaining(reason) });
  });

  test('a chain of many chunks is verified, and goes on from its end after a restore', async () => {
    await using audit = await Audit.open(engine);
    await audit.append(Array.from({ length: 600 }, (_, index) => entry(`${index}`)));
    expect(await audit.verify()).toMatchObject({ valid: true, entries: 600 });
    await tamper(audit, engine, 'delete from vega_audit_entries where sequence > 500');
    expect(await audit.verify()).toMatchObject({ valid: false });
    await audit.chain.startAnew(audit.database.read);
    expect(await audit.append([entry('restored')])).toEqual([501]);
    expect(await audit.verify()).toMatchObject({ valid: true, entries: 501 });
    expect(audit.chain.lastStored).toEqual(await findLastLink(audit.database.read));
  });

  test('a chain counts what is missing of what it knows, also where other entries stand in its place', async () => {
    await using audit = await Audit.open(engine);
    const { read } = audit.database;
    expect(await audit.chain.countMissing(read)).toBe(0);
    await audit.append(['one', 'two', 'three', 'four'].map((key) => entry(key)));
    expect(await audit.chain.countMissing(read)).toBe(0);
    const other = await audit.beside();
    await tamper(audit, engine, 'delete from vega_audit_entries where sequence > 2');
    expect(await audit.chain.countMissing(read)).toBe(2);
    await other.startAnew(read);
    await audit.append(
      ['five', 'six', 'seven'].map((key) => entry(key)),
      other,
    );
    expect(await audit.chain.countMissing(read)).toBe(1);
    await audit.chain.startAnew(read);
    expect(await audit.chain.countMissing(read)).toBe(0);
  });

  test('an empty audit begins before the first entry', async () => {
    await using audit = await Audit.open(engine);
    expect(await findLastLink(audit.database.read)).toEqual(START);
  });
});
