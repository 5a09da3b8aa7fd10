import { isWorthResuming, waitsElsewhere } from '../run/generation-run.ts';
import { lastExpiry } from '../token/expiry.ts';
import type { AccountFacts } from './account-facts.ts';
import { LoginPool } from './login-pool.ts';
import { loginUnderWay, measuredLogins } from './measured-login.ts';
import type { AccountPlan, Stage } from './morning.ts';

/** How an account's tokens come about. */
export interface Prospect {
  readonly plan: AccountPlan;
  /** Nothing of this happens unless a person acts, or is known to: it is simulated as if somebody did now. */
  readonly needsPerson: boolean;
}

/** Null where nothing has to be made. */
export const prospectOf = (facts: AccountFacts, bell: Date, now: Date): Prospect | null => {
  const { run, toMake, earlier } = facts;
  if (toMake.length === 0) return null;
  const ended = run === null ? [] : measuredLogins(run);
  const common = {
    accountId: facts.accountId,
    pool: new LoginPool(earlier, ended),
    lastOtpAt: facts.lastOtpAt,
    otpSpacingMs: facts.otpSpacingMs,
    loginRateMs: facts.loginRateMs,
    latestSafeStart: facts.canWaitUntil,
    cooldownMs: facts.cooldownMs,
    nextStart: facts.nextStart,
    bell,
  };
  const stage = stageOf(facts, countsFrom(bell), now);
  const isStarted = facts.nextStart !== null && facts.nextStart >= countsFrom(bell) && facts.nextStart < bell;
  if (stage !== null && run !== null) {
    const inRun = run.steps.filter(
      (step) => step.status === 'RUNNING' || (step.status !== 'DONE' && isWorthResuming(step)),
    );
    const others = toMake.filter((apiName) => !inRun.some((step) => step.apiName === apiName)).length;
    const isFresh = ended.length === 0;
    const needsPerson = others > 0 && !isStarted;
    // Without a later start, a person who starts the others would do so after this run.
    const logins = needsPerson ? inRun.length + others : inRun.length;
    const left = needsPerson ? 0 : others;
    return { plan: { ...common, stage, logins, others: left, isFresh }, needsPerson };
  }
  const startsAlone = isStarted && facts.obstacle === null;
  const start = startsAlone ? facts.nextStart : countsFrom(bell);
  const at = later(later(now, start), facts.cooldownUntil);
  const plan = { ...common, logins: toMake.length, others: 0, isFresh: true };
  return {
    plan: { ...plan, stage: { kind: 'STARTS', at }, nextStart: null },
    needsPerson: !startsAlone,
  };
};

/** Null where no run is under way that goes on by itself and makes tokens for the bell. */
const stageOf = (facts: AccountFacts, from: Date, now: Date): Stage | null => {
  const { run, queuePlace, cooldownUntil } = facts;
  if (run === null || waitsElsewhere(run)) return null;
  const goesOnAt = run.status === 'COOLDOWN' ? later(now, cooldownUntil) : now;
  if (goesOnAt < from) return null;
  if (run.status === 'COOLDOWN') return { kind: 'RESTS', until: later(now, cooldownUntil) };
  if (run.status === 'QUEUED' || queuePlace !== null) return { kind: 'QUEUED', place: queuePlace ?? 1 };
  const step = run.steps.find(({ status }) => status === 'RUNNING');
  const login = step === undefined ? null : loginUnderWay(step, now);
  return { kind: 'LOGS_IN', login, waitsUntil: run.waitingUntil };
};

/** A token that is made before 03:30 IST does not live until a bell after it. */
const countsFrom = lastExpiry;

const later = (one: Date, other: Date | null): Date => (other !== null && other > one ? other : one);
