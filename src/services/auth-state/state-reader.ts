import type { Database } from '../../db/database.ts';
import { DatabaseUnavailable } from '../../db/database-error.ts';
import { findAuthRecord } from '../../db/queries/auth-states.ts';
import { findEndingRuns } from '../../db/queries/generation-runs.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import { checksWithRow, nextOperations } from '../../domain/auth/advice.ts';
import {
  type AuthRecord,
  type AuthState,
  blockReason,
  cooldownAt,
  type GateFacts,
  isPrimaryValid,
  isReady,
} from '../../domain/auth/auth-state.ts';
import { headlineOf } from '../../domain/auth/headline.ts';
import { hasOwnRow, isByLogin } from '../../domain/role/role.ts';
import {
  countDone,
  type EndedToken,
  type GenerationRun,
  progressOf,
  type TokenProgress,
} from '../../domain/run/generation-run.ts';
import { currentEnds } from '../../domain/token/ended-token.ts';
import {
  type ExpiryLevel,
  expiryLevel,
  lastExpiry,
  levelChanges,
  nextExpiry,
} from '../../domain/token/expiry.ts';
import { endOf } from '../../domain/token/verdict.ts';
import type { AccountCredentials } from '../accounts/account-credentials.ts';
import type { Roles } from '../accounts/roles.ts';
import type { Clock } from '../clock.ts';
import type { Runs } from '../runs/runs.ts';
import type { KnownToken, TokenVerifier } from '../tokens/token-verifier.ts';

export interface ReaderOptions {
  readonly database: Database;
  readonly verifier: TokenVerifier;
  readonly roles: Roles;
  readonly credentials: AccountCredentials;
  readonly runs: Runs;
  readonly clock: Clock;
}

/** What is known of one account at one moment. */
export interface AccountView {
  readonly authState: AuthState;
  readonly progress: TokenProgress;
  readonly isReady: boolean;
}

/** Reads where accounts stand; asks the broker nothing. */
export class StateReader {
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** What is stored of an account's state. */
  record({ id }: Account): Promise<AuthRecord> {
    return this.#options.database.cached(`state of ${id}`, (db) => findAuthRecord(db, id), { of: id });
  }

  /** The gate: shut while nothing can be read of what would open it. */
  async ready(account: Account): Promise<boolean> {
    try {
      return isReady(await this.facts(account));
    } catch (error) {
      if (error instanceof DatabaseUnavailable) return false;
      throw error;
    }
  }

  facts(account: Account): Promise<GateFacts & { readonly levels: readonly ExpiryLevel[] }> {
    return this.#options.database.atOneMoment(() => this.#readFacts(account));
  }

  async #readFacts(account: Account): Promise<GateFacts & { readonly levels: readonly ExpiryLevel[] }> {
    const { verifier, roles, clock } = this.#options;
    const record = await this.record(account);
    const known = await verifier.lastKnown(account, await roles.list(account));
    const now = clock();
    const ends = known.flatMap(({ token }) => (token === undefined ? [] : (endOf(token) ?? [])));
    return {
      record,
      checks: known.map(({ check }) => check),
      notByLogin: known.flatMap(({ role }) => (isByLogin(role) ? [] : role.apiName)),
      withoutRow: known.flatMap(({ role }) => (hasOwnRow(role) ? [] : role.apiName)),
      levels: ends.map((end) => expiryLevel(end, now)),
      now,
      isRecheckDue: verifier.isRecheckDue(account, known) || isFromBefore(known, record.enteredAt),
    };
  }

  /** The next instant after `since` at which the account reads otherwise though nothing is written: an end, a cooldown's second. */
  nextChange(account: Account, since: Date): Promise<Date> {
    return this.#options.database.atOneMoment(() => this.#readNextChange(account, since));
  }

  async #readNextChange(account: Account, since: Date): Promise<Date> {
    const { verifier } = this.#options;
    const { cooldown, acceptedUntil } = await this.record(account);
    const tokens = await verifier.tokens(account);
    const held = await verifier.heldTokens(account);
    const instants = [nextExpiry(since), ...held.flatMap(({ expiresAt }) => levelChanges(expiresAt))];
    instants.push(...tokens.flatMap((token) => levelChanges(endOf(token))));
    if (acceptedUntil !== null) instants.push(acceptedUntil);
    if (cooldown !== null) instants.push(nextSecondOf(cooldown.until, since));
    const ahead = instants.flatMap((instant) => (instant > since ? instant.getTime() : []));
    return new Date(Math.min(...ahead));
  }

  /** The tokens that are dead because others were made today, and would end those if they were made again. */
  async endedTokens({ id }: Account, facts: GateFacts): Promise<readonly EndedToken[]> {
    const { database } = this.#options;
    const since = lastExpiry(facts.now);
    const read = async (db: Queryable) => ({ since, runs: await findEndingRuns(db, id, since) });
    // Under one key, whatever the day, so that the cache does not grow; a clock that was set back wants older ones.
    const cached = await database.cached(`ending runs of ${id}`, read, { of: id });
    const known = cached.since <= since ? cached : await read(database.read);
    const runs = known.runs.filter(({ startedAt }) => startedAt >= since);
    return currentEnds(runs, checksWithRow(facts));
  }

  /** Of a run that was resumed, a step is done also where an older token works. */
  async hasMadeToken(account: Account, run: GenerationRun): Promise<boolean> {
    if (countDone(run) === 0) return false;
    // The table holds whole seconds.
    const since = Math.floor(run.startedAt.getTime() / 1000) * 1000;
    const tokens = await this.#options.verifier.tokens(account);
    return tokens.some(({ generatedAt }) => generatedAt !== null && generatedAt.getTime() >= since);
  }

  view(account: Account): Promise<AccountView> {
    return this.#options.database.atOneMoment(() => this.#readView(account));
  }

  async #readView(account: Account): Promise<AccountView> {
    const { runs, credentials, database } = this.#options;
    const facts = await this.facts(account);
    const ended = await this.endedTokens(account, facts);
    const latest = await runs.latest(account.id);
    const isInterrupted = await runs.isInterrupted(latest);
    // No `await` from here on: a run under way is taken as it is in this moment.
    const live = runs.live(account.id);
    const run = live !== null && live.id === latest?.id ? live : latest;
    const { record, checks, now } = facts;
    const isBrowserTaken = run !== null && runs.awaitsBrowser(run.id);
    const hasCredentials = credentials.sourceOf(account) !== null;
    const view = {
      accountId: account.id,
      state: record.phase,
      primaryPresent: isPrimaryValid(checks),
      blockedBy: blockReason(facts, run, isBrowserTaken, ended),
      since: record.since,
      run,
      cooldown: cooldownAt(record, now),
      nextOperations: nextOperations({ facts, run, ended, hasCredentials }),
    };
    const gate = isReady(facts);
    const isByWorkers = database.looks !== null;
    const forHeadline = { ...view, isReady: gate, isInterrupted, isByWorkers, checks, levels: facts.levels };
    const authState = { ...view, ...headlineOf(forHeadline) };
    return { authState, progress: progressOf(run, checks), isReady: gate };
  }
}

/** One of the tokens counts as VALID only by what the broker said before the account became the active one. */
const isFromBefore = (known: readonly KnownToken[], enteredAt: Date | undefined): boolean =>
  enteredAt !== undefined &&
  known.some(
    ({ check, checkedAt }) => check.verdict === 'VALID' && (checkedAt === null || checkedAt < enteredAt),
  );

/** When one second less is left until then; whole seconds are told, rounded up. */
const nextSecondOf = (until: Date, now: Date): Date => {
  const left = Math.ceil((until.getTime() - now.getTime()) / 1000);
  return new Date(until.getTime() - (left - 1) * 1000);
};
