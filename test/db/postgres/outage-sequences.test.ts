import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DatabaseError } from '../../../src/db/database-error.ts';
import { PostgresDatabase } from '../../../src/db/postgres/postgres-database.ts';
import { ensureAccount } from '../../../src/db/queries/accounts.ts';
import { ensureAuthRecord } from '../../../src/db/queries/auth-states.ts';
import { replaceToken } from '../../../src/db/queries/token-replacement.ts';
import { findTokens } from '../../../src/db/queries/tokens.ts';
import type { ApiName } from '../../../src/domain/account/api-name.ts';
import { toAuditEntry } from '../../../src/domain/events/audit.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { IST } from '../../../src/domain/wall-time.ts';
import {
  checkSequences,
  type Step as SequenceStep,
  sequencesTimeout,
} from '../../support/check-sequences.ts';
import { CUTS, type Cut, type CuttingProxy, openCuttingProxy } from '../../support/postgres/cutting-proxy.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { until } from '../../support/test-app.ts';
import { Folder, ISSUED, newToken } from '../temporary-database.ts';

type Step = SequenceStep<Machines>;
type Name = 'first' | 'second';

const NAMES: readonly Name[] = ['first', 'second'];
const APIS = ['PRIMARY', 'WEBSOCKET1'] as const satisfies readonly ApiName[];
const ACCOUNT = { id: 'UPSTOX_01', number: 1 };
const KEY = new Secret('a master key of this test');
const PLAIN_MS = 12_000;

/** Two machines at one server, each by a way of its own that breaks. */
class Machines {
  readonly story: string[] = [];
  readonly #folder = new Folder();
  readonly #url: string;
  readonly #ways: Readonly<Record<Name, CuttingProxy>>;
  readonly #programs = new Map<Name, PostgresDatabase>();
  readonly #newest = new Map<ApiName, number>();
  readonly #broken = new Set<Name>();
  #tokens = 0;

  private constructor(url: string, ways: Readonly<Record<Name, CuttingProxy>>) {
    this.#url = url;
    this.#ways = ways;
  }

  static async open(): Promise<Machines> {
    const server = await sharedPostgres();
    const ways = { first: await openCuttingProxy(server.port), second: await openCuttingProxy(server.port) };
    const machines = new Machines(await server.createDatabase(), ways);
    for (const name of NAMES) await machines.#open(name);
    await machines.#get('first').write(async (trx) => {
      await ensureAccount(trx, ACCOUNT, ISSUED);
      await ensureAuthRecord(trx, ACCOUNT.id, ISSUED);
    });
    return machines;
  }

  async store(name: Name, apiName: ApiName): Promise<string> {
    const database = this.#get(name);
    this.#tokens += 1;
    const number = this.#tokens;
    const at = new Date(ISSUED.getTime() + number * 1000);
    const token = newToken(`token-${number}`, { apiName, issuedAt: at });
    const [reference, key] = [{ accountId: ACCOUNT.id, apiName }, `token ${number}`];
    const kept = await database.keep(
      async (trx) => {
        const stored = await replaceToken(trx, token, database, at);
        await database.audit(
          trx,
          toAuditEntry('TOKEN_STORED', { fingerprint: String(number), ...stored }, reference, key, at),
        );
      },
      () => [{ kind: 'ISSUED_TOKEN', token, account: ACCOUNT, reference, key, at }],
    );
    this.#newest.set(apiName, number);
    const storage = database.storageOf(1, apiName);
    expect([kept.isStored, storage]).toEqual(kept.isStored ? [true, 'DATABASE'] : [false, 'SPILL']);
    if (kept.isStored)
      await this.#withServer(async (sound) =>
        expect(await numbersIn(sound)).toContainEqual([apiName, number]),
      );
    return storage;
  }

  part(name: Name): string {
    this.#broken.add(name);
    this.#ways[name].part();
    return 'gone';
  }

  stall(name: Name): string {
    this.#broken.add(name);
    this.#ways[name].stall();
    return 'silent';
  }

  join(name: Name): string {
    if (!this.#broken.delete(name)) return 'whole';
    this.#ways[name].join();
    return 'back';
  }

  cut(name: Name, cut: Cut): string {
    this.#ways[name].cutNext(cut);
    return 'armed';
  }

  async restart(name: Name): Promise<string> {
    if (this.#broken.has(name)) return 'not now';
    await this.#get(name)[Symbol.asyncDispose]();
    this.#programs.delete(name);
    try {
      await this.#open(name);
      return 'open';
    } catch (error) {
      expect(error).toBeInstanceOf(DatabaseError);
      await this.#open(name);
      return 'open at the second try';
    }
  }

  async rest(name: Name): Promise<string> {
    if (this.#broken.has(name)) return 'not now';
    await until(`the end of the outage of the ${name}`, () => this.#get(name).trouble === null, 30_000);
    return 'whole';
  }

  async check(): Promise<void> {}

  async recover(): Promise<void> {
    for (const name of NAMES) this.join(name);
    // What is armed cuts off one more commit, and a connection that was cut off is found to be so by its next use.
    for (const name of NAMES) await until('a commit', () => this.#commits(name));
    for (const name of NAMES) await this.rest(name);
    const newest = APIS.flatMap((api) => (this.#newest.has(api) ? [[api, this.#newest.get(api)]] : []));
    for (const name of NAMES) {
      const database = this.#get(name);
      expect([name, await numbersIn(database)]).toEqual([name, newest]);
      expect(await database.verifyAudit()).toMatchObject({ valid: true });
      const entries = await database.auditEntries({
        ...{ first: 1000, before: null, severity: null, component: null, correlationId: null },
      });
      const kinds = entries.filter(({ kind }) => kind === 'TOKEN_STORED' || kind === 'TOKEN_DROPPED');
      expect([name, kinds.length]).toEqual([name, this.#tokens]);
    }
    await this.#end();
    expect(
      readdirSync(this.#folder.path, { recursive: true }).filter((file) => String(file).includes('spill')),
    ).toEqual([]);
  }

  async close(): Promise<void> {
    for (const name of NAMES) this.join(name);
    await this.#end();
    for (const name of NAMES) await this.#ways[name][Symbol.asyncDispose]();
    (await sharedPostgres()).dropDatabase(this.#url);
    this.#folder[Symbol.dispose]();
  }

  async #withServer(look: (sound: PostgresDatabase) => Promise<void>): Promise<void> {
    const other = NAMES.find((name) => !this.#broken.has(name));
    if (other !== undefined) await look(this.#get(other));
  }

  async #commits(name: Name): Promise<boolean> {
    try {
      await this.#get(name).write((trx) => ensureAccount(trx, ACCOUNT, ISSUED));
      await numbersIn(this.#get(name));
      return !this.#ways[name].isArmed;
    } catch {
      return false;
    }
  }

  #get(name: Name): PostgresDatabase {
    const database = this.#programs.get(name);
    if (database === undefined) throw new Error(`the ${name} is not open`);
    return database;
  }

  async #open(name: Name): Promise<void> {
    const masterKey = { given: [KEY], folder: this.#folder.file(name) };
    const url = this.#ways[name].url(this.#url);
    this.#programs.set(name, await PostgresDatabase.open({ url, zone: IST, masterKey }));
  }

  async #end(): Promise<void> {
    for (const database of this.#programs.values()) await database[Symbol.asyncDispose]();
    this.#programs.clear();
  }
}

const numbersIn = async (database: PostgresDatabase): Promise<readonly (readonly [string, number])[]> =>
  (await findTokens(database.read, 1, database)).map(({ apiName, accessToken }) => [
    apiName,
    Number(accessToken.reveal().replace('token-', '')),
  ]);

const names = fc.constantFrom(...NAMES);
const step = (name: string, take: (machines: Machines) => Promise<string>): Step => ({ name, take });
const each = (what: string, take: (machines: Machines, name: Name) => Promise<string>) =>
  names.map((name) => step(`${what} ${name}`, (machines) => take(machines, name)));

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(names, fc.constantFrom(...APIS))
      .map(([name, api]) => step(`store ${name} ${api}`, (machines) => machines.store(name, api))),
  },
  { weight: 3, arbitrary: each('part', async (machines, name) => machines.part(name)) },
  { weight: 1, arbitrary: each('stall', async (machines, name) => machines.stall(name)) },
  { weight: 5, arbitrary: each('join', async (machines, name) => machines.join(name)) },
  { weight: 3, arbitrary: each('rest', (machines, name) => machines.rest(name)) },
  { weight: 2, arbitrary: each('restart', (machines, name) => machines.restart(name)) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(names, fc.constantFrom(...CUTS))
      .map(([name, cut]) => step(`cut ${name} ${cut}`, async (machines) => machines.cut(name, cut))),
  },
);

test('however the ways to the server break, and in whatever order, each token is told of once and the newest stays', {
  timeout: sequencesTimeout(180_000, 120_000),
}, async () => {
  const tried = await checkSequences({
    steps,
    open: () => Machines.open(),
    recover: (machines) => machines.recover(),
    fixedSeed: '1',
    plainMs: PLAIN_MS,
  });
  expect(tried).toBeGreaterThan(0);
});
