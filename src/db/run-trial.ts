import { randomBytes, randomUUID } from 'node:crypto';
import { toAuditEntry } from '../domain/events/audit.ts';
import type { Failure } from '../domain/run/failure.ts';
import { type GenerationRun, pendingStep, RUN_STATUSES, type RunStep } from '../domain/run/generation-run.ts';
import { Secret } from '../domain/secret.ts';
import { nextExpiry } from '../domain/token/expiry.ts';
import type { Database, TrialOrder } from './database.ts';
import { markOf } from './files/process-mark.ts';
import { insertRun, updateRun } from './queries/generation-runs.ts';
import { claimTimeStep, recordAttempt } from './queries/login-attempts.ts';
import { replaceToken } from './queries/token-replacement.ts';
import { deactivateToken, findTokens, removeToken, type TokenFormat } from './queries/tokens.ts';
import type { Queryable } from './queryable.ts';

type TrialDatabase = TokenFormat & Pick<Database, 'audit'>;

/**
 * Writes everything that a run writes, with the functions of a run, into a transaction that the caller rolls back. Names
 * each table before it is written. Throws when a row does not stay.
 */
export const rehearseRun = async (
  trx: Queryable,
  database: TrialDatabase,
  order: TrialOrder,
  onTable: (table: string) => void,
): Promise<void> => {
  for (const [table, write] of writesOf(database, order)) {
    onTable(table);
    await write(trx);
  }
  onTable('upstox_tokens');
  const kept = await findTokens(trx, order.account.number, database);
  const lost = order.configs.find(({ apiName }) => !kept.some((token) => token.apiName === apiName));
  if (lost !== undefined) throw new Error(`the row of ${lost.apiName} does not stay in it`);
};

type Write = (trx: Queryable) => Promise<void>;

const writesOf = (
  database: TrialDatabase,
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
  format: TokenFormat,
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
  await replaceToken(trx, token, format, issuedAt);
  await deactivateToken(trx, token, format, issuedAt);
  await removeToken(trx, token, format);
  await replaceToken(trx, token, format, issuedAt);
};

const imitation = (issuedAt: Date): string => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const iat = Math.floor(issuedAt.getTime() / 1000);
  const exp = Math.floor(nextExpiry(issuedAt).getTime() / 1000);
  const claims = { sub: 'TRIAL', jti: randomUUID(), isMultiClient: false, isPlusPlan: false, iat, exp };
  const head = part({ typ: 'JWT', key_id: 'skey_v1.0', alg: 'HS256' });
  return `${head}.${part(claims)}.${randomBytes(32).toString('base64url')}`;
};
