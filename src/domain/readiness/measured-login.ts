import type { FailureCode } from '../run/failure.ts';
import type { GenerationRun, LoginPhase, LoginStep, RunStep } from '../run/generation-run.ts';
import { lastExpiry } from '../token/expiry.ts';

/** One login as it was: how long its parts took, and how it ended. The OTP spacing is left out, because it follows from rules. */
export interface MeasuredLogin {
  /** The day of its run, as a number that rises by one at 03:30 IST: logins of one day have much in common. */
  readonly day: number;
  /** The first login of its run: the broker remembers nothing yet. */
  readonly isFirst: boolean;
  /** Until an OTP is asked for; the whole login where none was. */
  readonly beforeOtpMs: number;
  /** From the OTP request to the end; null where no OTP was asked for. */
  readonly afterOtpMs: number | null;
  /** How long a person was waited for, within these. */
  readonly operatorMs: number;
  /** Null where a token was made. */
  readonly failure: FailureCode | null;
}

/** A login under way. */
export interface LoginUnderWay {
  /** Of its time without the OTP spacing, what lies before the OTP request; or all of it as long as there was none. */
  readonly workedMs: number;
  /** It waits for the OTP spacing to end. */
  readonly isSpacing: boolean;
  readonly otpRequestedAt: Date | null;
  /** Since when a person is waited for; null when nobody is. */
  readonly operatorSince: Date | null;
}

/** Steps of logins that happen elsewhere: on a phone, or in a browser of a person. */
const ELSEWHERE: readonly LoginStep[] = ['HUMAN_LOGIN', 'APPROVAL_REQUEST', 'APPROVAL_WAIT'];

/** Failures of this program or machine: they say nothing of how long a login takes. */
const NO_MEASUREMENT: readonly (FailureCode | null)[] = ['ABORTED', 'INTERRUPTED', 'INTERNAL'];

/** The browser logins of a run that have ended, in order. */
export const measuredLogins = (run: GenerationRun): readonly MeasuredLogin[] => {
  const logins = run.steps
    .flatMap((step) => loginsOf(step))
    .sort((a, b) => startOf(a.phases) - startOf(b.phases));
  const first = logins[0];
  const day = dayOf(run.startedAt);
  return logins.flatMap((login) => measure(day, login, login === first) ?? []);
};

/** The login of a step that is under way; null where none is. */
export const loginUnderWay = ({ phases = [], status }: RunStep, now: Date): LoginUnderWay | null => {
  const current = loginsApart(phases).at(-1) ?? [];
  const last = current.at(-1);
  if (status !== 'RUNNING' || last === undefined || last.failure !== null) return null;
  const requested = current.find(({ step }) => step === 'MOBILE');
  const until = requested?.startedAt ?? now;
  return {
    workedMs: workOf(current, until),
    isSpacing: last.step === 'OTP_SPACING',
    otpRequestedAt: requested?.startedAt ?? null,
    operatorSince: last.awaitsOperator ? last.startedAt : null,
  };
};

interface EndedLogin {
  readonly phases: readonly LoginPhase[];
  readonly failure: FailureCode | null;
}

const loginsOf = ({ phases = [], status }: RunStep): readonly EndedLogin[] => {
  const logins = loginsApart(phases);
  return logins.flatMap((login, index) => {
    const failure = login.at(-1)?.failure ?? null;
    const isLast = index === logins.length - 1;
    if (failure === null && (!isLast || status !== 'DONE')) return [];
    return [{ phases: login, failure }];
  });
};

/** A failure is in the last phase of its login. */
const loginsApart = (phases: readonly LoginPhase[]): readonly (readonly LoginPhase[])[] => {
  const logins: LoginPhase[][] = [];
  for (const phase of phases) {
    const previous = logins.at(-1)?.at(-1);
    if (previous === undefined || previous.failure !== null) logins.push([]);
    logins.at(-1)?.push(phase);
  }
  return logins;
};

const measure = (day: number, { phases, failure }: EndedLogin, isFirst: boolean): MeasuredLogin | null => {
  const isWhole = phases.every(({ step, endedAt }) => endedAt !== null && !ELSEWHERE.includes(step));
  if (!isWhole || NO_MEASUREMENT.includes(failure)) return null;
  const requestedAt = phases.find(({ step }) => step === 'MOBILE')?.startedAt ?? null;
  const end = new Date(Math.max(...phases.map(({ endedAt }) => endedAt?.getTime() ?? 0)));
  const before = workOf(phases, requestedAt ?? end);
  return {
    day,
    isFirst,
    beforeOtpMs: before,
    afterOtpMs: requestedAt === null ? null : end.getTime() - requestedAt.getTime(),
    operatorMs: phases
      .filter(({ awaitsOperator }) => awaitsOperator)
      .reduce((sum, phase) => sum + lengthOf(phase, end), 0),
    failure,
  };
};

const workOf = (phases: readonly LoginPhase[], until: Date): number =>
  phases
    .filter(({ step, startedAt }) => step !== 'OTP_SPACING' && startedAt < until)
    .reduce((sum, phase) => sum + lengthOf(phase, until), 0);

const lengthOf = ({ startedAt, endedAt }: LoginPhase, until: Date): number =>
  Math.max(0, (endedAt ?? until).getTime() - startedAt.getTime());

const DAY_MS = 86_400_000;

const dayOf = (instant: Date): number => Math.floor(lastExpiry(instant).getTime() / DAY_MS);

const startOf = (phases: readonly LoginPhase[]): number => phases[0]?.startedAt.getTime() ?? 0;
