import { API_NAMES, type ApiName } from '../../../src/domain/account/api-name.ts';
import type { AccountFacts } from '../../../src/domain/readiness/account-facts.ts';
import type { MeasuredLogin } from '../../../src/domain/readiness/measured-login.ts';
import { failureOf } from '../../../src/domain/run/failure.ts';
import type { LoginPhase } from '../../../src/domain/run/generation-run.ts';
import {
  type GenerationRun,
  pendingStep,
  type RunStatus,
  type RunStep,
} from '../../../src/domain/run/generation-run.ts';
import { COOLDOWN_MS, OTP_SPACING_MS, type TracedLogin, type TracedMorning } from './desk-morning.ts';
import { CAPTCHA_WAIT_MS } from './hidden-broker.ts';

const apiOf = (index: number): ApiName => API_NAMES[index] as ApiName;

/** What the program knew of an account at that moment, and nothing of what came. */
export const factsAt = (
  morning: TracedMorning,
  account: number,
  apis: number,
  bell: number,
  earlier: readonly MeasuredLogin[],
  at: number,
): AccountFacts => {
  const run = runAt(morning, account, apis, at);
  const done = run.steps.filter(({ status }) => status === 'DONE').map(({ apiName }) => apiName);
  const toMake = API_NAMES.slice(0, apis).filter((apiName) => !done.includes(apiName));
  const isStarted = (morning.startsAt[account] ?? 0) <= at;
  const isUnderWay = isStarted && (morning.endsAt[account] ?? 0) > at;
  const cooldown = morning.cooldowns.find((one) => one.account === account && one.from <= at && at < one.to);
  const requests = morning.logins
    .filter((login) => login.account === account)
    .flatMap(({ phases }) => phases.filter(({ step, from }) => step === 'MOBILE' && from <= at));
  const lastOtp = requests.at(-1);
  const isStopped = isStarted && !isUnderWay && toMake.length > 0;
  return {
    accountId: `UPSTOX_0${account + 1}`,
    bell: new Date(bell),
    session: null,
    isCalendarUncertain: false,
    isGateOpen: toMake.length === 0,
    byHand: [],
    toMake,
    unknown: [],
    notCapable: [],
    isPartialAccepted: false,
    isConfigured: true,
    hasDatabase: true,
    obstacle: isStopped ? { message: 'The run has stopped.', nextAction: 'Generate again.' } : null,
    nextAction: '',
    run: isUnderWay ? run : null,
    queuePlace: isUnderWay ? placeAt(morning, account, at) : null,
    isBrowserTaken: false,
    drift: null,
    cooldownUntil: cooldown === undefined ? null : new Date(cooldown.to),
    lastOtpAt: lastOtp === undefined ? null : new Date(lastOtp.from),
    otpSpacingMs: OTP_SPACING_MS,
    loginRateMs: 0,
    canWaitUntil: null,
    cooldownMs: COOLDOWN_MS,
    nextStart: isStarted ? null : new Date(morning.startsAt[account] ?? 0),
    earlier,
  };
};

/** The run as it was stored at that moment. */
export const runAt = (morning: TracedMorning, account: number, apis: number, at: number): GenerationRun => {
  const logins = morning.logins.filter((login) => login.account === account && login.from <= at);
  const current = logins.find(({ to }) => to > at);
  const operator = current?.phases.find((phase) => phase.awaitsOperator && phase.from <= at && at < phase.to);
  const isOver = (morning.endsAt[account] ?? 0) <= at;
  return {
    id: `${morning.startsAt[account]} ${account}`,
    accountId: `UPSTOX_0${account + 1}`,
    mode: 'INVALID_ONLY',
    status: isOver ? 'STOPPED' : statusAt(morning, account, at, operator !== undefined),
    startedAt: new Date(morning.startsAt[account] ?? 0),
    endedAt: null,
    waitingUntil: operator === undefined ? null : new Date(operator.from + CAPTCHA_WAIT_MS),
    steps: Array.from({ length: apis }, (_nothing, api) =>
      stepAt(
        logins.filter((one) => one.api === api),
        api,
        at,
        morning.spacings.findLast((one) => one.account === account && one.api === api && one.from <= at)
          ?.from ?? null,
      ),
    ),
  };
};

const statusAt = (
  { cooldowns }: TracedMorning,
  account: number,
  at: number,
  awaitsOperator: boolean,
): RunStatus => {
  if (awaitsOperator) return 'WAITING_OPERATOR';
  const rests = cooldowns.some((one) => one.account === account && one.from <= at && at < one.to);
  return rests ? 'COOLDOWN' : 'RUNNING';
};

const stepAt = (
  logins: readonly TracedLogin[],
  api: number,
  at: number,
  spacingSince: number | null,
): RunStep => {
  const last = logins.at(-1);
  if (spacingSince !== null && (last === undefined || last.from < spacingSince))
    return spacedStep(api, spacingSince);
  if (last === undefined) return pendingStep(apiOf(api));
  const isRunning = last.to > at;
  const isDone = !isRunning && last.failure === null;
  return {
    apiName: apiOf(api),
    status: isRunning ? 'RUNNING' : isDone ? 'DONE' : 'FAILED',
    step: 'DIALOG',
    failure: isRunning || last.failure === null ? null : failureOf(last.failure, '', []),
    startedAt: new Date(last.from),
    endedAt: isRunning ? null : new Date(last.to),
    phases: logins.flatMap((login) => phasesAt(login, at)),
  };
};

/** It waits for its next OTP. */
const spacedStep = (api: number, since: number): RunStep => ({
  ...pendingStep(apiOf(api)),
  status: 'RUNNING',
  step: 'OTP_SPACING',
  startedAt: new Date(since),
  phases: [
    { step: 'OTP_SPACING', startedAt: new Date(since), endedAt: null, awaitsOperator: false, failure: null },
  ],
});

const phasesAt = ({ phases, failure, to }: TracedLogin, at: number): readonly LoginPhase[] => {
  const begun = phases.filter(({ from }) => from <= at);
  return begun.map(({ step, from, to: end, awaitsOperator }, index) => {
    const isLast = to <= at && index === begun.length - 1;
    return {
      step,
      startedAt: new Date(from),
      endedAt: end > at || (isLast && failure === 'INTERRUPTED') ? null : new Date(end),
      awaitsOperator,
      failure: isLast ? failure : null,
    };
  });
};

/** Its place among those that wait for the browser; null where it has it, or rests. */
const placeAt = ({ turns }: TracedMorning, account: number, at: number): number | null => {
  const waiting = turns
    .filter(({ joinsAt, from }) => joinsAt <= at && at < from)
    .sort((a, b) => a.joinsAt - b.joinsAt);
  const index = waiting.findIndex((turn) => turn.account === account);
  return index < 0 ? null : index + 1;
};
