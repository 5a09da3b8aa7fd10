import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { AuditEntry, AuditVerification, StoredAuditEntry } from '../../domain/events/audit.ts';
import type { DbRecovery } from '../../domain/events/db-recovery.ts';
import type { StorageKind } from '../../domain/token/token.ts';
import { AuditChain } from '../audit/audit-chain.ts';
import { type AuditQuery, findAuditEntries, verifyChain } from '../audit/audit-entries.ts';
import { AuditHead } from '../audit/audit-head.ts';
import { findBeginning, findEntriesBetween, findKnownUntil } from '../audit/audit-range.ts';
import type { Fact } from '../change.ts';
import type {
  Backup,
  Database,
  Findings,
  Freshness,
  Kept,
  Listener,
  ServerInspection,
  TrialOrder,
  Trouble,
  UnfitTable,
} from '../database.ts';
import { DatabaseError } from '../database-error.ts';
import { refuseMoved } from '../move/tombstone.ts';
import { type ForeignTokenRows, findForeignTokenRows } from '../queries/foreign-token-rows.ts';
import type { Queryable } from '../queryable.ts';
import { ReadCache } from '../read-cache.ts';
import type { MasterKeySource } from '../secrets/master-key.ts';
import {
  applySealing,
  openAuditKey,
  openVault,
  resealStrays,
  rotateVault,
} from '../secrets/sealed-values.ts';
import type { Vault } from '../secrets/vault.ts';
import { SharedWork } from '../shared-work.ts';
import { ClockWatch } from './clock-watch.ts';
import { ForeignWrites } from './foreign-writes.ts';
import { GraphileLooks } from './graphile-looks.ts';
import { migratePostgres } from './migrate.ts';
import { OpenedPostgres } from './opened-postgres.ts';
import { PostgresWriter } from './postgres-writer.ts';
import { inspectServer, refuseUnfitServer } from './server-check.ts';
import { Snapshots } from './snapshots.ts';
import { explain, isUnavailable } from './sqlstate.ts';
import { findUnfitTable } from './table-trial.ts';

export interface PostgresOptions {
  /** VEGA_DATABASE_URL. */
  readonly url: string;
  /** The zone of the wall times in the database. */
  readonly zone: string;
  readonly masterKey: MasterKeySource;
  /** VEGA_SEAL_TOKENS. */
  readonly sealsTokens?: boolean;
}

const ORPHANS_CHECK_MS = 30_000;

/** Beside the key file: how far the audit has come that this machine has seen. */
export const HEAD = 'postgres';

/** A PostgreSQL database that several machines may use at once. */
export class PostgresDatabase implements Database {
  readonly path: string;
  readonly folder = null;
  readonly isShared = true;
  readonly zone: string;
  readonly sealsTokens: boolean;
  readonly findings: Findings;
  readonly looks: GraphileLooks;
  readonly #opened: OpenedPostgres;
  readonly #masterKey: MasterKeySource;
  readonly #chain: AuditChain;
  readonly #writer: PostgresWriter;
  readonly #reads = new ReadCache();
  readonly #snapshots: Snapshots;
  readonly #verification = new SharedWork<AuditVerification>();
  readonly #orphansCheck: NodeJS.Timeout;
  readonly #clockWatch: ClockWatch;
  readonly #foreignWrites: ForeignWrites;

  private constructor(
    opened: OpenedPostgres,
    { masterKey }: PostgresOptions,
    chain: AuditChain,
    writer: PostgresWriter,
    findings: Findings,
  ) {
    this.path = opened.place;
    this.zone = writer.format.zone;
    this.sealsTokens = writer.format.sealsTokens;
    this.findings = findings;
    this.#opened = opened;
    this.#masterKey = masterKey;
    this.#chain = chain;
    this.#writer = writer;
    this.#snapshots = new Snapshots(opened.kysely, writer.clock);
    this.looks = new GraphileLooks(opened, (work) => this.write(work));
    opened.onLost = (error) => void writer.noteLoss(error);
    const giveBack = () => void writer.spilled.giveBackOrphans(new Date()).catch(() => undefined);
    this.#orphansCheck = setInterval(giveBack, ORPHANS_CHECK_MS).unref();
    this.#clockWatch = new ClockWatch({ clock: writer.clock, read: () => this.#readClock() });
    this.#foreignWrites = new ForeignWrites({
      listen: (onWritten) => opened.listen(onWritten),
      readSnapshot: () => this.#snapshots.take(),
    });
  }

  /** Opens the database and migrates its tables. Throws a `DatabaseError` that says what to do. */
  static async open(options: PostgresOptions): Promise<PostgresDatabase> {
    const opened = new OpenedPostgres(options.url);
    try {
      await opened.check();
      await refuseUnfitServer(opened.kysely, opened.place);
      await migratePostgres(opened.kysely, opened.place);
      await GraphileLooks.migrate(opened);
      const { zone, masterKey, sealsTokens = false } = options;
      // In one transaction, because several machines may come to a new database at once.
      const { vault, key } = await opened.write(async (trx) => {
        const vault = await openVault(opened.place, trx, masterKey);
        return { vault, key: await openAuditKey(trx, vault) };
      });
      const format = { zone, vault, sealsTokens };
      await applySealing(opened.kysely, format);
      // Where the keys are given, there is no key file that the folder was made for.
      mkdirSync(masterKey.folder, { recursive: true, mode: 0o700 });
      const head = new AuditHead(path.join(masterKey.folder, HEAD), key);
      const chain = new AuditChain(key, head, { isShared: true });
      // A machine that is new here begins with what the others have written.
      if (chain.readHead() === null) await chain.startAnew(opened.kysely);
      const missingEntries = await chain.countMissing(opened.kysely);
      const writer = new PostgresWriter({ opened, chain, auditKey: key, masterKey, format });
      await writer.spilled.reserve();
      const found = await writer.spilled.giveBackOrphans(new Date());
      const findings = { ...found, isHeadMissing: false, missingEntries };
      await resealStrays(opened.kysely, writer.format.vault);
      await writer.readClock();
      return new PostgresDatabase(opened, options, chain, writer, findings);
    } catch (error) {
      await opened[Symbol.asyncDispose]();
      throw explain(opened.place, error);
    }
  }

  readonly clock = (): Date => this.#writer.clock.now();

  get vault(): Vault {
    return this.#writer.format.vault;
  }

  get read(): Queryable {
    return this.#opened.kysely;
  }

  /**
   * Valid for one snapshot of the server, or one version of the account: equal ones see the same rows. What was read with a
   * master key that was replaced is read again with the new one.
   */
  async cached<Value>(
    key: string,
    load: (db: Queryable) => Promise<Value>,
    { orLast = false, of }: Freshness = {},
  ): Promise<Value> {
    try {
      const version = await (of === undefined ? this.#snapshots.known() : this.#snapshots.versionOf(of));
      return await this.#reads.get(key, `${version} ${this.vault.keyId}`, () => load(this.read));
    } catch (error) {
      const last = orLast && isUnavailable(error) ? this.#reads.last<Value>(key) : undefined;
      if (last === undefined) throw error;
      return last;
    }
  }

  atOneMoment<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#snapshots.atOneMoment(work);
  }

  yieldToWrites(): Promise<void> {
    return this.#opened.yieldToWrites();
  }

  /** In one transaction with no other one beside it. It is tried again for some seconds while the server cannot be reached. */
  write<Result>(work: (trx: Queryable) => Promise<Result>): Promise<Result> {
    return this.#writer.write(work);
  }

  keep<Result>(
    work: (trx: Queryable) => Promise<Result>,
    facts: () => readonly Fact[],
  ): Promise<Kept<Result>> {
    return this.#writer.keep(work, facts);
  }

  audit(trx: Queryable, entry: AuditEntry): Promise<void> {
    return this.#chain.append(trx, entry);
  }

  auditEntries(query: AuditQuery): Promise<readonly StoredAuditEntry[]> {
    return findAuditEntries(this.read, query);
  }

  auditEntriesBetween(from: Date, to: Date): Promise<readonly StoredAuditEntry[]> {
    return findEntriesBetween(this.read, from, to);
  }

  auditBeginning(): Promise<Date | null> {
    return findBeginning(this.read);
  }

  auditKnownUntil(from: Date): Promise<Date | null> {
    return findKnownUntil(this.read, from);
  }

  verifyAudit(): Promise<AuditVerification> {
    return this.#verification.run(() => verifyChain(this.read, this.#chain));
  }

  findUnfitTable(order: TrialOrder): Promise<UnfitTable | null> {
    return findUnfitTable(this, this.#opened, order);
  }

  findForeignTokenRows(): Promise<ForeignTokenRows> {
    return findForeignTokenRows(this.read);
  }

  inspectServer(now: () => Date): Promise<ServerInspection> {
    return inspectServer(this.read, this.path, now);
  }

  damagedSpills(): readonly string[] {
    return this.#writer.spilled.damaged();
  }

  storageOf(accountNumber: number, apiName: string): StorageKind {
    return this.#writer.spilled.holdsToken(accountNumber, apiName) ? 'SPILL' : 'DATABASE';
  }

  get recovery(): DbRecovery {
    return this.#writer.reachability.recovery;
  }

  get trouble(): Trouble | null {
    return this.#writer.reachability.trouble;
  }

  listen(listener: Listener): void {
    this.#writer.reachability.listen(listener);
  }

  watchForeignWrites(onWritten: () => void): () => void {
    return this.#foreignWrites.watch(onWritten);
  }

  /** No file that could be moved away. */
  checkFile(): void {}

  /** PostgreSQL's own tools copy it. */
  backUp(): Promise<Backup> {
    return Promise.reject(new DatabaseError(this.path, `The database ${this.path} is not copied from here.`));
  }

  async rotateMasterKey(): Promise<boolean> {
    await refuseMoved(this.read, this.path);
    const renewed = await rotateVault(this.path, this.#opened.kysely, this.vault, this.#masterKey);
    if (renewed !== null) this.#writer.changeFormat({ vault: renewed });
    return renewed !== null;
  }

  /** Not known without asking the server. */
  get revision(): null {
    return null;
  }

  version(): Promise<string> {
    return this.#snapshots.take();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#orphansCheck);
    this.#clockWatch[Symbol.dispose]();
    this.#foreignWrites[Symbol.dispose]();
    await this.#writer[Symbol.asyncDispose]();
    await this.#opened[Symbol.asyncDispose]();
  }

  /** Whoever finds the server lost asks it again anyway. */
  async #readClock(): Promise<void> {
    if (this.trouble === null) await this.#snapshots.take();
  }
}
