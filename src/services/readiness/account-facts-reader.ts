import type { Database } from '../../db/database.ts';
import { findDrifts } from '../../db/queries/canary.ts';
import { type LastOtpRequest, lastOtpRequest } from '../../db/queries/login-attempts.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import type { AuthRecord, AuthState } from '../../domain/auth/auth-state.ts';
import { type BlockReason, isQuarantine } from '../../domain/auth/block-reason.ts';
import { type Capability, notCapable } from '../../domain/capability/capability.ts';
import type { AccountFacts } from '../../domain/readiness/account-facts.ts';
import { type MeasuredLogin, measuredLogins } from '../../domain/readiness/measured-login.ts';
import { isByHand, isByLogin } from '../../domain/role/role.ts';
import { isOver, isUnderWay } from '../../domain/run/generation-run.ts';
import { leftToPerson } from '../../domain/schedule/today.ts';
import { lastExpiry, nextExpiry } from '../../domain/token/expiry.ts';
import { endOf } from '../../domain/token/verdict.ts';
import type { AccountCredentials } from '../accounts/account-credentials.ts';
import type { Roles } from '../accounts/roles.ts';
import type { Clock } from '../clock.ts';
import type { Runs } from '../runs/runs.ts';
import type { KnownToken, TokenVerifier } from '../tokens/token-verifier.ts';
import { type BellSource, bellOf } from './bell.ts';

/** So many runs of an account are drawn from. */
const RUNS_MEASURED = 40;

/** What blocks every scheduled start, also of another day, until a person has acted. */
const isLasting = (reason: BlockReason | null): boolean =>
  isQuarantine(reason) || reason === 'TOKENS_END_EACH_OTHER';

export interface FactsOptions {
  readonly database: Database;
  readonly verifier: TokenVerifier;
  readonly roles: Roles;
  readonly credentials: AccountCredentials;
  readonly runs: Runs;
  readonly states: {
    record(account: Account): Promise<AuthRecord>;
    read(account: Account): Promise<AuthState>;
    ready(account: Account): Promise<boolean>;
  };
  readonly generation: {
    queuePosition(runId: string): number | null;
    canGoOnAt(runId: string): Date | null;
  };
  readonly calendar: BellSource;
  readonly probes: { read(account: Account): Promise<readonly Capability[]> };
  readonly schedules: { next(accountId: string, at: Date): Promise<{ readonly startAt: Date } | null> };
  readonly otpSpacingMs: number;
  readonly loginRateMs: number;
  /** As the queue for the browser ranks the account. */
  readonly canWaitUntil: (accountId: string) => Date | null;
  readonly cooldownMs: number;
  readonly clock: Clock;
}

/** Reads what forecasts are made of; asks the broker nothing. */
export class AccountFactsReader {
  readonly #options: FactsOptions;
  /** Of each account the logins of its earlier runs, as long as no other run has ended. */
  readonly #measured = new Map<string, { readonly key: string; readonly logins: readonly MeasuredLogin[] }>();

  constructor(options: FactsOptions) {
    this.#options = options;
  }

  /** `by` stands for the bell where it is given. */
  async read(account: Account, by: Date | null = null): Promise<AccountFacts> {
    const { database, verifier, roles, credentials, states, clock } = this.#options;
    const bell = await bellOf(this.#options.calendar, account, clock());
    const [record, state] = [await states.record(account), await states.read(account)];
    const isGateOpen = await states.ready(account);
    const lastOtp = await this.#lastOtp(account);
    const run = isUnderWay(state.run) ? state.run : null;
    const now = clock();
    const bellAt = by ?? bell?.at ?? null;
    const next = (await this.#options.schedules.next(account.id, countsFrom(bellAt, now)))?.startAt ?? null;
    const until = bellAt === null || bellAt < now ? now : bellAt;
    const present = await roles.list(account, until);
    const known = await verifier.lastKnown(account, present);
    const dead = known.filter((token) => mustBeMade(token, until, now));
    const unknown = known.filter((token) => !dead.includes(token) && token.check.verdict === 'UNKNOWN');
    const works = (token: KnownToken) => !dead.includes(token) && !unknown.includes(token);
    return {
      accountId: account.id,
      bell: bellAt,
      session: bell?.session ?? null,
      isCalendarUncertain: bell?.certain === false,
      isGateOpen,
      toMake: dead.flatMap(({ role }) => (isByLogin(role) ? role.apiName : [])),
      byHand: dead.flatMap(({ role }) => (isByHand(role, present) ? role.apiName : [])),
      unknown: unknown.map(({ role }) => role.apiName),
      notCapable: notCapable(await this.#options.probes.read(account)).filter(
        (apiName) => !dead.some(({ role }) => role.apiName === apiName),
      ),
      isPartialAccepted:
        record.acceptedUntil !== null &&
        record.acceptedUntil > until &&
        known.some((token) => token.role.isPrimary && works(token)),
      isConfigured: present.length > 0 && credentials.sourceOf(account) !== null,
      hasDatabase: !database.recovery.dbLocked,
      obstacle: obstacleOf(state, record, next !== null && next < until ? next : null),
      drift: await this.#drift(account),
      nextAction: state.nextAction,
      run,
      queuePlace: run === null ? null : this.#queuePlace(run.id, now),
      isBrowserTaken: run !== null && this.#options.runs.awaitsBrowser(run.id),
      cooldownUntil: state.cooldown.until,
      lastOtpAt: lastOtp?.at ?? null,
      otpSpacingMs: Math.max(this.#options.otpSpacingMs, lastOtp?.intervalMs ?? 0),
      loginRateMs: this.#options.loginRateMs,
      canWaitUntil: this.#options.canWaitUntil(account.id),
      cooldownMs: this.#options.cooldownMs,
      nextStart: next,
      earlier: await this.#earlier(account, state),
    };
  }

  #lastOtp({ id }: Account): Promise<LastOtpRequest | null> {
    const read = (db: Queryable) => lastOtpRequest(db, id);
    return this.#options.database.cached(`last OTP request of ${id}`, read, { of: id });
  }

  async #drift({ id }: Account): Promise<AccountFacts['drift']> {
    const { database } = this.#options;
    const [drifted] = await database.cached(`drifts of ${id}`, (db) => findDrifts(db, id), { of: id });
    return drifted === undefined ? null : { message: drifted.message, nextAction: drifted.nextAction };
  }

  /** A run that waits for its next OTP is under way: only one that could go on is held up by others. */
  #queuePlace(runId: string, now: Date): number | null {
    const { generation } = this.#options;
    const canGoOnAt = generation.canGoOnAt(runId);
    return canGoOnAt === null || canGoOnAt > now ? null : generation.queuePosition(runId);
  }

  async #earlier({ id }: Account, { run }: AuthState): Promise<readonly MeasuredLogin[]> {
    const key = run === null ? '' : `${run.id} ${isOver(run)}`;
    const known = this.#measured.get(id);
    if (known?.key === key) return known.logins;
    const runs = await this.#options.runs.last(id, RUNS_MEASURED);
    const logins = runs.filter(isOver).flatMap(measuredLogins);
    this.#measured.set(id, { key, logins });
    return logins;
  }
}

/** What INVALID_ONLY makes by the bell, and what dies before it. */
const mustBeMade = ({ check: { verdict }, token }: KnownToken, until: Date, now: Date): boolean => {
  if (verdict !== 'VALID' && verdict !== 'UNKNOWN') return true;
  const end = token === undefined ? null : endOf(token);
  // What the broker has confirmed holds until 03:30 IST, but where the token itself names a later end.
  const isOfToken = end !== null && token?.claims.expiresAt != null;
  return (isOfToken ? end : earlier(nextExpiry(now), end)) <= until;
};

const earlier = (one: Date, other: Date | null): Date => (other !== null && other < one ? other : one);

/** From when on a start makes tokens that live until the bell: those of before 03:30 IST end at 03:30. */
const countsFrom = (bell: Date | null, now: Date): Date => {
  const from = bell === null ? now : lastExpiry(bell);
  return from > now ? from : now;
};

const obstacleOf = (state: AuthState, record: AuthRecord, start: Date | null): AccountFacts['obstacle'] => {
  const { run, blockedBy, headline, nextAction } = state;
  const obstacle = { message: headline, nextAction };
  if (run !== null && !isOver(run)) return run.status === 'WAITING_OPERATOR' ? obstacle : null;
  // The scheduler tries again on the next day, but where nothing changes without a person.
  if (start !== null) {
    const isLeft = leftToPerson(record, run, start) !== null;
    return isLeft || isLasting(blockedBy) ? obstacle : null;
  }
  const isPassing = blockedBy === null || blockedBy === 'COOLDOWN' || blockedBy === 'BROWSER_BUSY';
  return record.isLoggedOut || !isPassing ? obstacle : null;
};
