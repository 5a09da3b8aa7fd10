import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { sql } from 'kysely';
import { sqliteMigrations } from '../../../migrations/index.ts';
import { AuditChain } from '../audit/audit-chain.ts';
import { AuditHead } from '../audit/audit-head.ts';
import { DatabaseError } from '../database-error.ts';
import type { Queryable } from '../queryable.ts';
import type { MasterKeySource } from '../secrets/master-key.ts';
import { openAuditKey, openVault } from '../secrets/sealed-values.ts';
import type { Vault } from '../secrets/vault.ts';
import { openAlone } from '../sqlite/alone.ts';
import { makeBackup } from '../sqlite/backup/backups.ts';
import { explain, refuseDamage } from '../sqlite/connection.ts';
import { OpenedFile } from '../sqlite/opened-file.ts';
import { readRecord } from '../sqlite/schema/own-tables.ts';
import type { MoveSource } from './ends.ts';
import { refuseOtherVersion, refuseSpills, refuseUnderWay, spillsOf } from './obstacles.ts';
import type { MovePlace } from './places.ts';
import {
  DatabaseMoved,
  declareMove,
  type Move,
  readTombstone,
  settleMove,
  type Tombstone,
  withdrawMove,
} from './tombstone.ts';

export const sqlitePlace = (file: string): MovePlace => ({
  engine: 'SQLITE',
  name: file,
  machine: hostname(),
});

interface SqliteSourceOptions {
  readonly file: string;
  readonly masterKey: MasterKeySource;
  readonly now: Date;
}

/** The file that the rows are in. It is locked until the move is over, so that nobody else even opens it. */
export class SqliteSource implements MoveSource {
  readonly place: MovePlace;
  readonly chain: AuditChain;
  readonly auditKey: Buffer;
  readonly unfinished: Tombstone | null;
  readonly #file: OpenedFile;
  readonly #vault: Vault;
  readonly #options: SqliteSourceOptions;

  private constructor(
    file: OpenedFile,
    options: SqliteSourceOptions,
    vault: Vault,
    auditKey: Buffer,
    unfinished: Tombstone | null,
  ) {
    this.place = sqlitePlace(options.file);
    this.auditKey = auditKey;
    this.chain = new AuditChain(auditKey, new AuditHead(options.file, auditKey));
    this.unfinished = unfinished;
    this.#file = file;
    this.#vault = vault;
    this.#options = options;
  }

  /** Throws a `DatabaseError` for a file that is not there, is in use, damaged, moved already or of another version. */
  static async open(options: SqliteSourceOptions): Promise<SqliteSource> {
    const { file: name, masterKey } = options;
    if (!existsSync(name))
      throw new DatabaseError(name, `There is no database ${name}. Name one with --from. Nothing was moved.`);
    const file = openFile(name);
    try {
      const { connection, kysely } = file;
      refuseDamage(connection);
      const tombstone = await readTombstone(kysely);
      if (tombstone !== null && tombstone.movedAt !== null) throw new DatabaseMoved(name, tombstone);
      refuseOtherVersion(name, (await readRecord(kysely)).executed, Object.keys(sqliteMigrations));
      const vault = await openVault(name, kysely, masterKey);
      return new SqliteSource(file, options, vault, await openAuditKey(kysely, vault), tombstone);
    } catch (error) {
      await file.close();
      throw error instanceof DatabaseError ? error : explain(name, error);
    }
  }

  get db() {
    return this.#file.kysely;
  }

  async refuseUse(): Promise<void> {
    const { file } = this.#options;
    refuseSpills(file, spillsOf(file));
    await refuseTwice(this.db, file);
    await refuseUnderWay(this.db, file);
  }

  async backUp(): Promise<string> {
    const { file, now } = this.#options;
    return (await makeBackup(file, this.#vault, now, this.#file.connection)).file;
  }

  declare(move: Move): Promise<void> {
    return this.db.transaction().execute((trx) => declareMove(trx, move));
  }

  withdraw(id: string): Promise<void> {
    return this.db.transaction().execute((trx) => withdrawMove(trx, id));
  }

  settle(at: Date): Promise<void> {
    return this.db.transaction().execute((trx) => settleMove(trx, at));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

const openFile = (name: string): OpenedFile => {
  try {
    const connection = openAlone(name);
    connection.pragma('synchronous = FULL');
    connection.pragma('secure_delete = ON');
    return new OpenedFile(connection);
  } catch (error) {
    throw error instanceof DatabaseError ? error : explain(name, error);
  }
};

/** The predecessor may have left several rows of one API, of which the newest is read; PostgreSQL's table takes one. */
const refuseTwice = async (db: Queryable, file: string): Promise<void> => {
  const { rows } = await sql<{ api: string; user: number }>`
    select api_name as api, coalesce(user_id, 1) as user from upstox_tokens
    group by coalesce(user_id, 1), api_name having count(*) > 1 limit 1`.execute(db);
  const [twice] = rows;
  if (twice === undefined) return;
  throw new DatabaseError(
    file,
    `The table upstox_tokens in the database ${file} has several rows of ${twice.api} (user_id ${twice.user}). Delete the older ones, or generate that token once, and try again. Nothing was moved.`,
  );
};
