import { existsSync, readdirSync, renameSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { replaceToken } from '../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../src/db/queries/tokens.ts';
import type { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import type { ApiName } from '../../src/domain/account/api-name.ts';
import { toAuditEntry } from '../../src/domain/events/audit.ts';
import { Folder, newToken } from '../db/temporary-database.ts';
import { checkSequences, type Step as SequenceStep, sequencesTimeout } from '../support/check-sequences.ts';
import { until } from '../support/test-app.ts';

type Step = SequenceStep<Programs>;
type Name = 'first' | 'second';

const DATABASE = 'vega_trade.db';
const NAMES: readonly Name[] = ['first', 'second'];
const APIS = ['PRIMARY', 'WEBSOCKET1'] as const satisfies readonly ApiName[];
const BEGIN = new Date('2026-11-17T20:00:00+05:30').getTime();
const PLAIN_MS = 12_000;

const versionOf = (token: unknown): number => Number(String(token).replace('token-', ''));

/** Two vega-auth at one file, and whatever else is done to it. */
class Programs {
  readonly story: string[] = [];
  readonly #folder = new Folder();
  readonly #programs = new Map<Name, SqliteDatabase>();
  readonly #entries: string[] = [];
  readonly #newest = new Map<ApiName, number>();
  #foreign: Sqlite.Database | null = null;
  #time = 0;

  static async open(): Promise<Programs> {
    const programs = new Programs();
    await programs.#open('first');
    return programs;
  }

  async write(name: Name, key = `entry-${this.#entries.length}`): Promise<string> {
    if (!this.#canOpen(name)) return 'not now';
    if (!this.#entries.includes(key)) this.#entries.push(key);
    const database = await this.#open(name);
    const entry = toAuditEntry('OTP_SUBMITTED', {}, { accountId: 'UPSTOX_01' }, key, this.#now());
    await database.write((trx) => database.audit(trx, entry));
    return this.#stateOf(name);
  }

  /** An entry that is there already: the recovery writes such ones. */
  async writeAgain(name: Name, back: number): Promise<string> {
    const key = this.#entries.at(-1 - (back % Math.max(1, this.#entries.length)));
    return key === undefined ? 'nothing yet' : this.write(name, key);
  }

  async store(name: Name, apiName: ApiName): Promise<string> {
    if (!this.#canOpen(name)) return 'not now';
    const database = await this.#open(name);
    const version = this.#time + 1;
    const issuedAt = this.#now();
    const token = newToken(`token-${version}`, { apiName, issuedAt });
    await database.keep((trx) => replaceToken(trx, token, database, issuedAt));
    this.#newest.set(apiName, version);
    const tokens = await findTokens(database.read, 1, database);
    expect(tokens.find((one) => one.apiName === apiName)?.accessToken.reveal()).toBe(`token-${version}`);
    if (database.storageOf(1, apiName) === 'DATABASE')
      expect(this.#versionOf(apiName)).toBeGreaterThanOrEqual(version);
    return `${database.storageOf(1, apiName)}, ${this.#stateOf(name)}`;
  }

  async lock(writes: boolean): Promise<string> {
    if (this.#foreign !== null || this.#isAway) return 'not now';
    const foreign = new Sqlite(this.#folder.file(DATABASE), { timeout: 0 });
    await until('the lock', () => {
      try {
        foreign.exec('begin immediate');
        return true;
      } catch {
        return false;
      }
    });
    if (writes)
      foreign.exec('create table if not exists foreign_rows (id); insert into foreign_rows values (1)');
    this.#foreign = foreign;
    return 'held';
  }

  release(): string {
    if (this.#foreign === null) return 'nothing to release';
    this.#foreign.exec('commit');
    this.#foreign.close();
    this.#foreign = null;
    return 'free';
  }

  async restart(name: Name): Promise<string> {
    if (this.#isAway) return 'not now';
    await this.#programs.get(name)?.[Symbol.asyncDispose]();
    this.#programs.delete(name);
    await this.#open(name);
    return this.#stateOf(name);
  }

  move(): string {
    if (this.#foreign !== null) return 'not now';
    const [from, to] = this.#isAway ? ['elsewhere.db', DATABASE] : [DATABASE, 'elsewhere.db'];
    renameSync(this.#folder.file(from), this.#folder.file(to));
    return this.#isAway ? 'away' : 'back';
  }

  async rest(name: Name): Promise<string> {
    if (this.#foreign !== null || this.#isAway) return 'not now';
    await until(`the end of the outage of the ${name}`, () => this.#stateOf(name) === 'in the file', 20_000);
    return this.#stateOf(name);
  }

  /** An outage from its beginning to its end. */
  async outlive(name: Name): Promise<string> {
    if ((await this.lock(false)) !== 'held') return 'not now';
    const state = await this.write(name);
    await this.write(name);
    this.release();
    return `${state}, ${await this.rest(name)}`;
  }

  /** What is called stored is in the file. */
  async check(): Promise<void> {
    if (this.#isAway || this.#opened.some(({ trouble }) => trouble !== null)) return;
    for (const [apiName, version] of this.#newest)
      expect([apiName, this.#versionOf(apiName)]).toEqual([apiName, version]);
  }

  async recover(): Promise<void> {
    this.release();
    if (this.#isAway) this.move();
    for (const name of NAMES) await this.rest(name);
    for (const name of NAMES) await this.write(name);
    for (const database of this.#opened) {
      expect(await database.verifyAudit()).toMatchObject({ valid: true, entries: this.#entries.length });
      const tokens = await findTokens(database.read, 1, database);
      expect(tokens.map(({ apiName, accessToken }) => [apiName, versionOf(accessToken.reveal())])).toEqual(
        APIS.flatMap((api) => (this.#newest.has(api) ? [[api, this.#newest.get(api)]] : [])),
      );
    }
    const keys = this.#folder.raw((connection) =>
      connection.prepare('select entry_key from vega_audit_entries').pluck().all(),
    );
    expect(keys.toSorted()).toEqual(this.#entries.toSorted());
    for (const database of this.#opened) await database[Symbol.asyncDispose]();
    this.#programs.clear();
    expect(readdirSync(this.#folder.path).filter((file) => file.includes('spill'))).toEqual([]);
    await using again = await this.#folder.open();
    expect(again.findings).toEqual({
      replayed: 0,
      tornBytes: 0,
      damaged: [],
      isHeadMissing: false,
      missingEntries: 0,
    });
  }

  async close(): Promise<void> {
    this.#foreign?.close();
    for (const database of this.#opened) await database[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }

  get #isAway(): boolean {
    return !existsSync(this.#folder.file(DATABASE));
  }

  #canOpen(name: Name): boolean {
    return this.#programs.has(name) || !this.#isAway;
  }

  get #opened(): readonly SqliteDatabase[] {
    return [...this.#programs.values()];
  }

  async #open(name: Name): Promise<SqliteDatabase> {
    const opened = this.#programs.get(name);
    if (opened !== undefined) return opened;
    const database = await this.#folder.open();
    this.#programs.set(name, database);
    return database;
  }

  /** Of the token in the file. */
  #versionOf(apiName: ApiName): number {
    const token = this.#folder.raw((connection) =>
      connection.prepare('select access_token from upstox_tokens where api_name = ?').pluck().get(apiName),
    );
    return versionOf(token);
  }

  #stateOf(name: Name): string {
    return this.#programs.get(name)?.trouble?.code ?? 'in the file';
  }

  #now(): Date {
    this.#time += 1;
    return new Date(BEGIN + this.#time * 1000);
  }
}

/** Most sequences are those of one program. */
const names = fc.constantFrom<Name>('first', 'first', 'first', 'first', 'first', 'second');

const step = (name: string, take: (programs: Programs) => Promise<string>): Step => ({ name, take });
const each = (what: string, take: (programs: Programs, name: Name) => Promise<string>) =>
  names.map((name) => step(`${what} ${name}`, (programs) => take(programs, name)));

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: each('write', (programs, name) => programs.write(name)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(names, fc.nat(3))
      .map(([name, back]) => step(`again ${name} ${back}`, (programs) => programs.writeAgain(name, back))),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(names, fc.constantFrom(...APIS))
      .map(([name, api]) => step(`store ${name} ${api}`, (programs) => programs.store(name, api))),
  },
  {
    weight: 4,
    arbitrary: fc
      .boolean()
      .map((writes) => step(`lock, writes: ${writes}`, (programs) => programs.lock(writes))),
  },
  { weight: 4, arbitrary: fc.constant(step('release', async (programs) => programs.release())) },
  { weight: 6, arbitrary: each('outage of', (programs, name) => programs.outlive(name)) },
  { weight: 3, arbitrary: each('rest', (programs, name) => programs.rest(name)) },
  { weight: 2, arbitrary: each('restart', (programs, name) => programs.restart(name)) },
  { weight: 1, arbitrary: fc.constant(step('move', async (programs) => programs.move())) },
);

test('whatever happens to the file, and in whatever order, it has everything once in the end', {
  timeout: sequencesTimeout(120_000, 60_000),
}, async () => {
  const tried = await checkSequences({
    steps,
    open: () => Programs.open(),
    recover: (programs) => programs.recover(),
    fixedSeed: '1',
    plainMs: PLAIN_MS,
  });
  expect(tried).toBeGreaterThan(0);
});
