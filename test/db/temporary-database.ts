import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { SqliteDatabase } from '../../src/db/sqlite/sqlite-database.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { NewToken } from '../../src/domain/token/token.ts';
import { IST } from '../../src/domain/wall-time.ts';

/** A folder of one test, gone with it. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(path.join(tmpdir(), 'vega-db-'));

  file(...names: string[]): string {
    return path.join(this.path, ...names);
  }

  /** Opens a database of this folder as the program does. */
  open(name = 'vega_trade.db', zone = IST): Promise<SqliteDatabase> {
    const masterKey = { given: [], folder: this.file('.vega') };
    return SqliteDatabase.open({ file: this.file(name), zone, masterKey, now: new Date() });
  }

  /** Works on a file as another program would, beside ours. */
  raw<Result>(work: (connection: Sqlite.Database) => Result, name = 'vega_trade.db'): Result {
    const connection = new Sqlite(this.file(name));
    try {
      return work(connection);
    } finally {
      connection.close();
    }
  }

  remove(name: string): void {
    rmSync(this.file(name));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

/** Another process that holds the write lock of a file until it is told to let go, and writes something by then. */
export const holdLock = async (
  file: string,
  { writes = true } = {},
): Promise<AsyncDisposable & { release(): Promise<void> }> => {
  const script = `
    const Sqlite = require(${JSON.stringify(path.resolve('node_modules/better-sqlite3'))});
    const connection = new Sqlite(${JSON.stringify(file)});
    connection.exec('begin exclusive${writes ? '; create table of_another_program (id integer)' : ''}');
    process.stdin.once('data', () => { connection.exec('commit'); connection.close(); process.exit(); });
    process.stdout.write('held');`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  const release = async () => {
    child.stdin.end('go');
    await ended;
  };
  return {
    release,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
    },
  };
};

/** Another process that writes again and again, and leaves the lock to others only for the moment between two commits. */
export const writeInTurn = async (
  file: string,
  { commits, heldMs }: { readonly commits: number; readonly heldMs: number },
): Promise<AsyncDisposable & { readonly ended: Promise<unknown> }> => {
  const script = `
    const Sqlite = require(${JSON.stringify(path.resolve('node_modules/better-sqlite3'))});
    const connection = new Sqlite(${JSON.stringify(file)}, { timeout: 5000 });
    connection.exec('create table turns (id integer)');
    const still = new Int32Array(new SharedArrayBuffer(4));
    for (let left = ${commits}; left > 0; left -= 1) {
      connection.exec('begin immediate; insert into turns values (1)');
      if (left === ${commits}) process.stdout.write('begun');
      Atomics.wait(still, 0, 0, ${heldMs});
      connection.exec('commit');
    }
    connection.close();`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  return {
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
    },
  };
};

/** `upstox_tokens` as its user wrote it. */
export const SEED_TABLE = `
  CREATE TABLE "upstox_tokens" (
    "id" integer PRIMARY KEY,
    "access_token" varchar(2000),
    "api_name" varchar(255) NOT NULL,
    "client_id" varchar(255),
    "client_secret" varchar(255),
    "created_at" timestamp,
    "expires_in" bigint,
    "is_primary" boolean,
    "last_refreshed" timestamp,
    "redirect_uri" varchar(255),
    "refresh_token" varchar(2000),
    "token_type" varchar(255),
    "api_index" integer,
    "generated_at" varchar(255),
    "is_active" integer,
    "purpose" varchar(255),
    "updated_at" bigint,
    "user_id" integer,
    "validity_at" varchar(255)
  )`;

export const ISSUED = new Date('2026-11-17T20:00:00+05:30');
export const EXPIRES = new Date('2026-11-18T03:30:00+05:30');

export const newToken = (text: string, parts: Partial<NewToken> = {}): NewToken => ({
  accountNumber: 1,
  apiName: 'PRIMARY',
  apiIndex: 0,
  isPrimary: true,
  accessToken: new Secret(text),
  clientId: 'client-0',
  clientSecret: new Secret('client-secret-canary'),
  redirectUri: 'http://localhost:28020/callback',
  issuedAt: ISSUED,
  expiresAt: EXPIRES,
  ...parts,
});
