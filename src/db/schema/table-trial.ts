import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Account } from '../../domain/account/account.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import { toAuditEntry } from '../../domain/events/audit.ts';
import type { Failure } from '../../domain/run/failure.ts';
import {
  type GenerationRun,
  pendingStep,
  RUN_STATUSES,
  type RunStep,
} from '../../domain/run/generation-run.ts';
import { Secret } from '../../domain/secret.ts';
import { nextExpiry } from '../../domain/token/expiry.ts';
import { sqliteCode } from '../connection.ts';
import type { Database } from '../database.ts';
import { markOf } from '../files/process-mark.ts';
import { insertRun, updateRun } from '../queries/generation-runs.ts';
import { claimTimeStep, recordAttempt } from '../queries/login-attempts.ts';
import { replaceToken } from '../queries/token-replacement.ts';
import { deactivateToken, findTokens, removeToken } from '../queries/tokens.ts';
import type { Queryable } from '../queryable.ts';
import { beforeNameOf, isUserTable } from './user-tables.ts';

/** A table that does not take what a run writes. */
export interface UnfitTable {
  readonly table: string;
  /** Names the table, the column where SQLite names one, and what is wrong with it. */
  readonly message: string;
  /** In words that an operator can follow. */
  readonly cure: string;
}

export interface TrialOrder {
  readonly account: Pick<Account, 'id' | 'number'>;
  readonly configs: readonly Omit<ApiConfig, 'clientSecret' | 'enabled' | 'source'>[];
  readonly now: Date;
}

/**
 * Dry run of everything that a run writes, with the functions of a run, rolled back. Null when every table takes it, or
 * when the file cannot be written by anybody at present.
 */
export const findUnfitTable = async (database: Database, order: TrialOrder): Promise<UnfitTable | null> => {
  let table = 'upstox_tokens';
  const error = await database.dryRun(async (trx) => {
    const deferred = await deferredTables(trx);
    const before = await countOrphans(trx, deferred);
    for (const [name, write] of writesOf(database, order)) {
      table = name;
      await write(trx);
    }
    table = 'upstox_tokens';
    const kept = await findTokens(trx, order.account.number, database);
    const lost = order.configs.find(({ apiName }) => !kept.some((token) => token.apiName === apiName));
    if (lost !== undefined) throw new Error(`the row of ${lost.apiName} does not stay in it`);
    // Would be found only at the commit.
    if ((await countOrphans(trx, deferred)) > before) throw new Error('FOREIGN KEY constraint failed');
  });
  return error === null ? null : describe(database, table, error);
};

type Write = (trx: Queryable) => Promise<void>;

const writesOf = (
  database: Database,
  { account, configs, now }: TrialOrder,
): readonly (readonly [table: string, write: Write])[] => {
  const run: GenerationRun = {
    id: randomUUID(),
    accountId: account.id,
    mode: 'ALL',
    status: 'RUNNING',
    startedAt: now,
    endedAt: null,
    waitingUntil: null,
    steps: configs.map(({ apiName }) => pendingStep(apiName)),
  };
  const [first] = configs;
  if (first === undefined) return [];
  const { apiName } = first;
  const owner = { accountId: account.id, runId: run.id, apiName };
  const secret = new Secret(randomUUID());
  const totp = { secret, periodSeconds: 30, digits: 6, algorithm: 'sha1' } as const;
  const entry = toAuditEntry('OTP_SUBMITTED', {}, {}, randomUUID(), now);
  const failure: Failure = { code: 'ABORTED', message: '-', nextAction: '-', submitted: [] };
  const withSteps = (step: Partial<RunStep>): GenerationRun => ({
    ...run,
    steps: run.steps.map((pending) => ({ ...pending, startedAt: now, ...step })),
  });
  const states = [
    ...RUN_STATUSES.map((status) => ({ ...run, status })),
    withSteps({ status: 'RUNNING', step: 'EXCHANGE' }),
    withSteps({ status: 'FAILED', failure, endedAt: now }),
    withSteps({ status: 'DONE', endedAt: now }),
    { ...withSteps({ status: 'DONE', endedAt: now }), status: 'COMPLETED' as const, endedAt: now },
  ];
  return [
    ['token_execution_state', (trx) => insertRun(trx, run, markOf(process.pid))],
    ...states.map((state): readonly [string, Write] => [
      'token_execution_state',
      (trx) => updateRun(trx, state),
    ]),
    ['vega_login_attempts', (trx) => recordAttempt(trx, owner, 'PIN', now)],
    ['vega_login_attempts', async (trx) => void (await claimTimeStep(trx, owner, totp, 1, now))],
    // Twice: the second token replaces the first. All at one instant, as approvals may be.
    ...[...configs, ...configs].map((config): readonly [string, Write] => [
      'upstox_tokens',
      (trx) => storeOne(trx, database, { ...config, accountNumber: account.number }, now),
    ]),
    ['vega_audit_entries', (trx) => database.audit(trx, entry)],
  ];
};

/** Stores an imitated token, deactivates it, removes it and stores it again. */
const storeOne = async (
  trx: Queryable,
  database: Database,
  app: TrialOrder['configs'][number] & { readonly accountNumber: number },
  issuedAt: Date,
): Promise<void> => {
  const token = {
    ...app,
    accessToken: new Secret(imitation(issuedAt)),
    clientSecret: new Secret(randomUUID()),
    issuedAt,
    expiresAt: nextExpiry(issuedAt),
  };
  await replaceToken(trx, token, database, issuedAt);
  await deactivateToken(trx, token, database, issuedAt);
  await removeToken(trx, token, database);
  await replaceToken(trx, token, database, issuedAt);
};

const imitation = (issuedAt: Date): string => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const iat = Math.floor(issuedAt.getTime() / 1000);
  const exp = Math.floor(nextExpiry(issuedAt).getTime() / 1000);
  const claims = { sub: 'TRIAL', jti: randomUUID(), isMultiClient: false, isPlusPlan: false, iat, exp };
  const head = part({ typ: 'JWT', key_id: 'skey_v1.0', alg: 'HS256' });
  return `${head}.${part(claims)}.${randomBytes(32).toString('base64url')}`;
};

/** Tables whose references are checked at the commit. */
const deferredTables = async (trx: Queryable): Promise<readonly string[]> => {
  const { rows } = await sql<{ name: string }>`
    select name from sqlite_master where type = 'table' and sql like '%deferred%'`.execute(trx);
  return rows.map(({ name }) => name);
};

const countOrphans = async (trx: Queryable, tables: readonly string[]): Promise<number> => {
  let count = 0;
  for (const table of tables) {
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from pragma_foreign_key_check(${table})`.execute(trx);
    count += rows[0]?.n ?? 0;
  }
  return count;
};

const describe = async (database: Database, written: string, error: unknown): Promise<UnfitTable> => {
  const words = error instanceof Error ? error.message : sqliteCode(error);
  const named = /(?:failed:|column) (\w+)\.(\w+)/.exec(words);
  const table = named?.[1] ?? written;
  let [reason, cure] = [words, ''];
  // On the file itself: the mirror lacks the constraints of other programs.
  await database.dryRun(async (trx) => {
    reason = await reasonOf(trx, table, words);
    cure = await cureOf(trx, table);
  });
  return { table, message: `The table ${table} does not take what a run writes: ${reason}.`, cure };
};

/** Names the columns of a reference, which SQLite does not. */
const reasonOf = async (db: Queryable, table: string, words: string): Promise<string> => {
  if (!words.startsWith('FOREIGN KEY')) return words;
  const { rows } = await sql<{ column: string; parent: string }>`
    select "from" as "column", "table" as parent from pragma_foreign_key_list(${table})`.execute(db);
  const own = rows.map(({ column, parent }) => `${table}.${column} refers to ${parent}`);
  return own.length > 0 ? `${words}: ${own.join(', ')}` : `${words}: another table refers to its rows`;
};

const cureOf = async (db: Queryable, table: string): Promise<string> => {
  const added = await addedTo(db, table);
  const first = added.length === 0 ? '' : `If ${added.join(' or ')} is the reason, drop it. Otherwise: `;
  if (!isUserTable(table))
    return `${first}Remove what another program has put on ${table}, or run \`vega-auth restore\`.`;
  const before = beforeNameOf(table);
  const { rows } = await sql`select 1 from sqlite_master where name = ${before}`.execute(db);
  const away = rows.length === 0 ? '' : `give the table ${before} another name, `;
  return `${first}Stop every program that uses the database, ${away}run \`ALTER TABLE ${table} RENAME TO ${before}\` on it, and start vega-auth: it makes a table of its own and takes the rows over.`;
};

/** Triggers and indexes of other programs, which can be dropped. */
const addedTo = async (db: Queryable, table: string): Promise<readonly string[]> => {
  const { rows } = await sql<{ type: string; name: string }>`
    select type, name from sqlite_master
    where tbl_name = ${table} and sql is not null and type in ('trigger', 'index')
      and name not like 'vega\\_%' escape '\\' and name <> 'upstox_tokens_one_per_api'`.execute(db);
  return rows.map(({ type, name }) => `the ${type} ${name}`);
};
