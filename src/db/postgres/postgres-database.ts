import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import type { AuditEntry, AuditVerification, StoredAuditEntry } from '../../domain/events/audit.ts';
import type { DbRecovery } from '../../domain/events/db-recovery.ts';
import type { StorageKind } from '../../domain/token/token.ts';
import { AuditChain } from '../audit/audit-chain.ts';
import { type AuditQuery, findAuditEntries, verifyChain } from '../audit/audit-entries.ts';
import { AuditHead } from '../audit/audit-head.ts';
import { findBeginning, findEntriesBetween, findKnownUntil } from '../audit/audit-range.ts';
import type {
  Backup,
  Database,
  Durability,
  Findings,
  Listener,
  ServerInspection,
  TrialOrder,
  Trouble,
  UnfitTable,
} from '../database.ts';
import { DatabaseError } from '../database-error.ts';
import { refuseLostLease } from '../fence.ts';
import { type ForeignTokenRows, findForeignTokenRows } from '../queries/foreign-token-rows.ts';
import type { TokenFormat } from '../queries/tokens.ts';
import type { Queryable } from '../queryable.ts';
import { ReadCache } from '../read-cache.ts';
import { retryWithin } from '../retry-within.ts';
import type { MasterKeySource } from '../secrets/master-key.ts';
import { applySealing, openAuditKey, openVault, rotateVault } from '../secrets/sealed-values.ts';
import type { Vault } from '../secrets/vault.ts';
import { SharedWork } from '../shared-work.ts';
import { ForeignWrites } from './foreign-writes.ts';
import { migratePostgres } from './migrate.ts';
import { OpenedPostgres } from './opened-postgres.ts';
import { Reachability } from './reachability.ts';
import { inspectServer, refuseUnfitServer } from './server-check.ts';
import { CommitUnknown, explain, isContended, isRefused, isUnavailable } from './sqlstate.ts';
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

/** How long a write is tried again while the server cannot be reached; what must be kept is tried for far longer. */
const WAIT_MS = 3000;
const KEEP_MS = 15 * 60_000;

/** Beside the key file: how far the audit has come that this machine has seen. */
const HEAD = 'postgres';

/** A PostgreSQL database that several machines may use at once. */
export class PostgresDatabase implements Database {
  readonly path: string;
  readonly folder = null;
  readonly isShared = true;
  readonly zone: string;
  readonly sealsTokens: boolean;
  readonly findings: Findings;
  readonly #opened: OpenedPostgres;
  readonly #masterKey: MasterKeySource;
  readonly #chain: AuditChain;
  readonly #reachability: Reachability;
  readonly #reads = new ReadCache();
  readonly #snapshots = new SharedWork<string>();
  readonly #verification = new SharedWork<AuditVerification>();
  readonly #foreignWrites: ForeignWrites;
  #vault: Vault;

  private constructor(
    opened: OpenedPostgres,
    { masterKey }: PostgresOptions,
    format: TokenFormat,
    chain: AuditChain,
    missingEntries: number,
  ) {
    this.path = opened.place;
    this.zone = format.zone;
    this.sealsTokens = format.sealsTokens;
    this.findings = { replayed: 0, tornBytes: 0, damaged: [], isHeadMissing: false, missingEntries };
    this.#opened = opened;
    this.#masterKey = masterKey;
    this.#chain = chain;
    this.#vault = format.vault;
    this.#reachability = new Reachability(() => opened.checkWritable());
    this.#foreignWrites = new ForeignWrites({
      listen: (onWritten) => opened.listen(onWritten),
      readSnapshot: () => this.#snapshot(),
    });
  }

  /** Opens the database and migrates its tables. Throws a `DatabaseError` that says what to do. */
  static async open(options: PostgresOptions): Promise<PostgresDatabase> {
    const opened = new OpenedPostgres(options.url);
    try {
      await opened.check();
      await refuseUnfitServer(opened.kysely, opened.place);
      await migratePostgres(opened.kysely, opened.place);
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
      const missing = await chain.countMissing(opened.kysely);
      return new PostgresDatabase(opened, options, format, chain, missing);
    } catch (error) {
      await opened[Symbol.asyncDispose]();
      throw explain(opened.place, error);
    }
  }

  get vault(): Vault {
    return this.#vault;
  }

  get read(): Queryable {
    return this.#opened.kysely;
  }

  /** Valid for one snapshot of the server: equal ones see the same rows. */
  async cached<Value>(key: string, load: (db: Queryable) => Promise<Value>): Promise<Value> {
    return this.#reads.get(key, await this.#snapshot(), () => load(this.read));
  }

  /**
   * In one transaction with no other one beside it. While the server cannot be reached it is tried again, for long where
   * `mustKeep`; what was refused, lost against others or whose answer to the commit was lost, is only where `mustKeep`.
   */
  async write<Result>(
    work: (trx: Queryable) => Promise<Result>,
    { mustKeep = false }: Durability = {},
  ): Promise<Result> {
    const isRetried = (error: unknown) => {
      if (this.#noteLoss(error)) return mustKeep || !(error instanceof CommitUnknown);
      return mustKeep && (isContended(error) || isRefused(error));
    };
    const attempt = () =>
      this.#opened.write(async (trx) => {
        await refuseLostLease(trx);
        await this.#useCurrentKey(trx);
        return { result: await work(trx), trx };
      });
    const retried = () => retryWithin(attempt, isRetried, mustKeep ? KEEP_MS : WAIT_MS);
    try {
      const { result, trx } = await (mustKeep ? this.#reachability.pending(retried) : retried());
      this.#reachability.found();
      this.#chain.markStored(trx);
      this.#reachability.listeners.publishAudit(this.#chain.appendedBy(trx));
      return result;
    } catch (error) {
      throw isUnavailable(error) ? explain(this.path, error) : error;
    }
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
    return [];
  }

  storageOf(): StorageKind {
    return 'DATABASE';
  }

  get recovery(): DbRecovery {
    return this.#reachability.recovery;
  }

  get trouble(): Trouble | null {
    return this.#reachability.trouble;
  }

  listen(listener: Listener): void {
    this.#reachability.listen(listener);
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
    const renewed = await rotateVault(this.path, this.#opened.kysely, this.#vault, this.#masterKey);
    if (renewed !== null) this.#vault = renewed;
    return renewed !== null;
  }

  /** Not known without asking the server. */
  get revision(): null {
    return null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reachability[Symbol.dispose]();
    this.#foreignWrites[Symbol.dispose]();
    await this.#opened[Symbol.asyncDispose]();
  }

  /** Which transactions of which server are over and which run: two equal texts see the same rows. */
  async #snapshot(): Promise<string> {
    return this.#snapshots.run(async () => {
      try {
        const { rows } = await sql<{ snapshot: string }>`
          select pg_current_snapshot() || ' ' || pg_postmaster_start_time() as snapshot`.execute(this.read);
        return rows[0]?.snapshot ?? '';
      } catch (error) {
        this.#noteLoss(error);
        throw error;
      }
    });
  }

  /** Another machine may have changed the master key: what the old one seals now could not be opened any more. */
  async #useCurrentKey(trx: Queryable): Promise<void> {
    const { key_id } = await trx.selectFrom('vega_vault').select('key_id').executeTakeFirstOrThrow();
    if (key_id !== this.#vault.keyId) this.#vault = await openVault(this.path, trx, this.#masterKey);
  }

  #noteLoss(error: unknown): boolean {
    const isLost = isUnavailable(error);
    if (isLost) this.#reachability.lost(error);
    return isLost;
  }
}
