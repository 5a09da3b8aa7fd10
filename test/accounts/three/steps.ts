import fc from 'fast-check';
import type { ProfileFault, TokenFault } from '../../../src/simulator/faults.ts';
import type { LoginStep } from '../../../src/simulator/scenarios.ts';
import type { Step as SequenceStep } from '../../support/check-sequences.ts';
import { COOLDOWN_SECONDS, type ThreeDesk } from './three-desk.ts';
import { IDS, type Id } from './three-logins.ts';

/** What an operator, the clock or the broker may do next. */
type Step = SequenceStep<ThreeDesk>;

const HANGING = ['OTP_GENERATE', 'OTP_VERIFY', 'PIN', 'AUTHORIZE'] as const satisfies readonly LoginStep[];
const PROFILE_FAULTS = [
  'server-error',
  'cloudflare-html',
  'reset',
] as const satisfies readonly ProfileFault[];
const TOKEN_FAULTS = ['server-error', 'hang', 'cloudflare-html'] as const satisfies readonly TokenFault[];

const request = (name: string): Step => ({ name, take: (desk) => desk.mutate(name) });

export const generate = (id: Id, args = 'mode: INVALID_ONLY'): Step =>
  request(`generateTokens(accountId: "${id}", ${args}) { id }`);

export const startLogin = (id: Id): Step => request(`startLogin(accountId: "${id}") { id }`);

export const clearQuarantine = (id: Id): Step => ({
  name: `clearQuarantine of ${id}`,
  take: async (desk) => {
    const code = await desk.mutate(`clearQuarantine(accountId: "${id}", reason: "looked at it") { state }`);
    desk.noteCleared(id);
    return code;
  },
});

const abort = (id: Id): Step => ({
  name: `abortGeneration of ${id}`,
  take: async (desk) => {
    const run = (await desk.look()).find((account) => account.id === id)?.authState.run ?? null;
    return run === null
      ? 'nothing to abort'
      : desk.mutate(`abortGeneration(runId: "${run.id}") { status steps { status } }`);
  },
});

const logOut = (id: Id, revoke: boolean): Step =>
  request(`logout(accountId: "${id}", revoke: ${revoke}) { state }`);

const switchTo = (id: Id): Step => request(`switchAccount(accountId: "${id}") { id }`);

const restart: Step = {
  name: 'the program closes and starts again',
  take: async (desk) => {
    await desk.stop();
    await desk.start();
    return null;
  },
};

export const jump = (seconds: number): Step => ({
  name: `the clock jumps by ${seconds} s`,
  take: async (desk) => {
    desk.turnClock(seconds * 1000);
    return null;
  },
});

const broker = (name: string, change: (desk: ThreeDesk) => void): Step => ({
  name: `broker: ${name}`,
  take: async (desk) => {
    change(desk);
    return null;
  },
});

export const calm = broker('all is well', ({ moods, broker: { faults } }) => {
  moods.otpLimit.count = Number.POSITIVE_INFINITY;
  moods.hangingSteps.length = 0;
  delete moods.rejectedApps[1];
  delete moods.refusedSteps.PIN;
  Object.assign(faults, { down: false, profile: 'none', token: 'none', captcha: false });
});

const progress = (checkpoints: number): Step => ({
  name: `${checkpoints} checkpoints more`,
  take: async (desk) => {
    await desk.progress(checkpoints);
    return null;
  },
});

export const rest: Step = {
  name: 'all runs rest',
  take: async (desk) => {
    await desk.rest();
    await desk.checkAtRest();
    const seen = await desk.look();
    return seen.map(({ ready, authState: { run } }) => `${run?.status}${ready ? ' ready' : ''}`).join(', ');
  },
};

const ids = fc.constantFrom(...IDS);

export const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 14, arbitrary: ids.map((id) => generate(id)) },
  {
    weight: 3,
    arbitrary: ids.map((id) => generate(id, 'mode: ALL, replaceValid: true, includeUnknown: true')),
  },
  { weight: 2, arbitrary: ids.map(startLogin) },
  { weight: 16, arbitrary: fc.integer({ min: 1, max: 30 }).map(progress) },
  { weight: 3, arbitrary: fc.constant(rest) },
  { weight: 4, arbitrary: ids.map(abort) },
  { weight: 2, arbitrary: fc.tuple(ids, fc.boolean()).map(([id, revoke]) => logOut(id, revoke)) },
  { weight: 2, arbitrary: ids.map(switchTo) },
  { weight: 2, arbitrary: fc.constant(restart) },
  { weight: 3, arbitrary: fc.integer({ min: -10, max: 30 }).map(jump) },
  { weight: 2, arbitrary: fc.constant(jump(COOLDOWN_SECONDS + 1)) },
  { weight: 2, arbitrary: ids.map(clearQuarantine) },
  { weight: 5, arbitrary: fc.constant(calm) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(0, 1, 2)
      .map((count) =>
        broker(`sends ${count} OTPs to each account in ten minutes`, ({ moods }) =>
          Object.assign(moods.otpLimit, { count, withinMs: 600_000 }),
        ),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      broker('rejects the second app of each account', ({ moods }) => {
        moods.rejectedApps[1] = 'UDAPI100068';
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      broker('refuses every PIN', ({ moods }) => Object.assign(moods.refusedSteps, { PIN: 'WRONG_PIN' })),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...HANGING)
      .map((step) => broker(`does not answer at ${step}`, ({ moods }) => void moods.hangingSteps.push(step))),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      broker('shows a CAPTCHA', ({ broker: { faults } }) => Object.assign(faults, { captcha: true })),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      broker('is down', ({ broker: { faults } }) => Object.assign(faults, { down: true })),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...PROFILE_FAULTS)
      .map((profile) =>
        broker(`profile ${profile}`, ({ broker: { faults } }) => Object.assign(faults, { profile })),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...TOKEN_FAULTS)
      .map((token) => broker(`token ${token}`, ({ broker: { faults } }) => Object.assign(faults, { token }))),
  },
);
