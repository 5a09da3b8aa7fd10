import { API_NAMES } from '../../src/domain/account/api-name.ts';
import type { AccountFacts } from '../../src/domain/readiness/account-facts.ts';
import type { MeasuredLogin } from '../../src/domain/readiness/measured-login.ts';
import { type GenerationRun, pendingStep } from '../../src/domain/run/generation-run.ts';

/** 08:00 in India on a Monday; the bell is an hour later. */
export const NOW = new Date('2026-11-23T02:30:00Z');
export const BELL = new Date('2026-11-23T03:30:00Z');

export const inMinutes = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);

/** A calm account: six tokens to make, and a start that is near. */
export const factsOf = (over: Partial<AccountFacts> = {}): AccountFacts => ({
  accountId: 'UPSTOX_01',
  bell: BELL,
  session: null,
  isCalendarUncertain: false,
  isGateOpen: false,
  byHand: [],
  toMake: [...API_NAMES],
  unknown: [],
  notCapable: [],
  isPartialAccepted: false,
  isConfigured: true,
  hasDatabase: true,
  obstacle: null,
  nextAction: 'Generate the missing ones.',
  run: null,
  queuePlace: null,
  isBrowserTaken: false,
  drift: null,
  cooldownUntil: null,
  lastOtpAt: null,
  otpSpacingMs: 165_000,
  loginRateMs: 10_000,
  canWaitUntil: null,
  cooldownMs: 660_000,
  nextStart: inMinutes(1),
  earlier: calmDays(40),
  ...over,
});

/** Days of six logins each that took 30 s and brought a token. */
export const calmDays = (count: number): readonly MeasuredLogin[] =>
  Array.from({ length: count * 6 }, (_nothing, index) => ({
    day: Math.floor(index / 6),
    isFirst: index % 6 === 0,
    beforeOtpMs: 5000,
    afterOtpMs: 25_000,
    operatorMs: 0,
    failure: null,
  }));

export const runOf = (over: Partial<GenerationRun> = {}): GenerationRun => ({
  id: 'a-run',
  accountId: 'UPSTOX_01',
  mode: 'INVALID_ONLY',
  status: 'RUNNING',
  startedAt: inMinutes(-1),
  endedAt: null,
  waitingUntil: null,
  steps: API_NAMES.map(pendingStep),
  ...over,
});
