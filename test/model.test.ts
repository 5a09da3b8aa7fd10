import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApiName } from '../src/domain/account/api-name.ts';
import { GENERATION_MODES, type GenerationMode } from '../src/domain/run/generation-run.ts';
import { nextExpiry } from '../src/domain/token/expiry.ts';
import type { ProfileFault, TokenFault } from '../src/simulator/faults.ts';
import type { LoginStep } from '../src/simulator/scenarios.ts';

import {
  checkSequences,
  type Step as SequenceStep,
  StepCommand,
  sequencesTimeout,
} from './support/check-sequences.ts';
import { COOLDOWN_SECONDS, ModelApp } from './support/model-app.ts';
import { repetitions } from './support/repetitions.ts';

/** What the operator, the clock or the broker may do next. */
type Step = SequenceStep<ModelApp>;

const NAMES = ['PRIMARY', 'WEBSOCKET1'] as const satisfies readonly ApiName[];
const PROFILE_FAULTS = [
  'server-error',
  'rate-limited',
  'cloudflare-html',
  'not-a-profile',
  'reset',
] as const satisfies readonly ProfileFault[];
const TOKEN_FAULTS = ['server-error', 'hang', 'cloudflare-html'] as const satisfies readonly TokenFault[];
const HANGING = ['OTP_GENERATE', 'OTP_VERIFY', 'PIN', 'AUTHORIZE'] as const satisfies readonly LoginStep[];

interface RunRequest {
  readonly mode: GenerationMode;
  readonly apiNames: readonly ApiName[];
  readonly replaceValid: boolean;
  readonly includeUnknown: boolean;
}

const generate = ({ mode, apiNames, replaceValid, includeUnknown }: RunRequest): Step => {
  const names = mode === 'PARTIAL' ? `, apiNames: [${apiNames.join(', ')}]` : '';
  const request = `generateTokens(mode: ${mode}${names}, replaceValid: ${replaceValid}, includeUnknown: ${includeUnknown})`;
  return {
    name: request,
    take: async (testApp) => {
      const { code } = await testApp.mutate(`${request} { id }`);
      if (code !== null) return code;
      testApp.mayReplace = replaceValid || includeUnknown;
      return 'a run';
    },
  };
};

const simply = (request: string, onSuccess: (testApp: ModelApp) => void = () => undefined): Step => ({
  name: request,
  take: async (testApp) => {
    const { code } = await testApp.mutate(request);
    if (code === null) onSuccess(testApp);
    return code;
  },
});

const abort: Step = {
  name: 'abortGeneration',
  take: async (testApp) => {
    const { run } = (await testApp.look()).authState;
    if (run === null) return 'nothing to abort';
    const { data, code } = await testApp.mutate(`abortGeneration(runId: "${run.id}") { status }`);
    return code ?? JSON.stringify(data?.abortGeneration);
  },
};

const restart: Step = {
  name: 'restart',
  take: async (testApp) => {
    await testApp.stop();
    await testApp.start();
    return null;
  },
};

const jump = (seconds: number): Step => ({
  name: `the clock jumps by ${seconds} s`,
  take: async (testApp) => {
    testApp.turnClock(seconds * 1000);
    return null;
  },
});

const jumpToEndOfDay = (seconds: number): Step => ({
  name: `the clock jumps to 03:30 IST and ${seconds} s`,
  take: async (testApp) => {
    testApp.turnClock(nextExpiry(new Date(testApp.now)).getTime() - testApp.now + seconds * 1000);
    return null;
  },
});

const broker = (name: string, change: (testApp: ModelApp) => void): Step => ({
  name: `broker: ${name}`,
  take: async (testApp) => {
    change(testApp);
    return null;
  },
});

const calm = broker('all is well', ({ moods, broker: { faults } }) => {
  moods.otpLimit.count = Number.POSITIVE_INFINITY;
  moods.hangingSteps.length = 0;
  moods.revokedApps.length = 0;
  for (const index of [0, 1]) delete moods.rejectedApps[index];
  for (const step of HANGING) delete moods.refusedSteps[step];
  Object.assign(faults, { down: false, profile: 'none', token: 'none', captcha: false });
});

const logOut = (revoke: boolean): Step => ({
  name: `logout(revoke: ${revoke})`,
  take: async (testApp) => {
    if (revoke) testApp.noteEnded(...testApp.rows().map(({ access_token }) => access_token));
    const { code } = await testApp.mutate(`logout(revoke: ${revoke}) { state }`);
    if (code === null) testApp.noteLogout();
    // A run that was under way may have made another one before it ended.
    if (revoke) testApp.noteEnded(...testApp.rows().map(({ access_token }) => access_token));
    return code;
  },
});

const startLogin = simply('startLogin { id }', (testApp) => {
  testApp.noteLogin();
  testApp.mayReplace = false;
});

const revokeAtBroker = (apiName: ApiName): Step =>
  broker(`ends the token of ${apiName}`, (testApp) => {
    const row = testApp.rows().find(({ api_name }) => api_name === apiName);
    if (row === undefined) return;
    testApp.noteEnded(row.access_token);
    testApp.broker.revoke(row.access_token);
  });

const clearQuarantine: Step = simply('clearQuarantine(reason: "looked at it") { state }', (testApp) =>
  testApp.noteCleared(),
);

const progress = (checkpoints: number): Step => ({
  name: `${checkpoints} checkpoints more`,
  take: async (testApp) => {
    await testApp.progress(checkpoints);
    return null;
  },
});

const rest: Step = {
  name: 'the run rests',
  take: async (testApp) => {
    await testApp.rest();
    const { run, state } = (await testApp.look()).authState;
    return `${state} ${run?.status} ${run?.steps.map(({ status, failure }: { status: string; failure: { code: string } | null }) => failure?.code ?? status)}`;
  },
};

const seldom = fc.integer({ min: 0, max: 3 }).map((number) => number === 3);

const wishes = fc.record<RunRequest>({
  mode: fc.constantFrom(...GENERATION_MODES),
  apiNames: fc.subarray([...NAMES], { minLength: 1 }),
  replaceValid: seldom,
  includeUnknown: seldom,
});

const indexes = fc.constantFrom(0, 1);

const steps = fc.oneof(
  { weight: 12, arbitrary: wishes.map(generate) },
  { weight: 2, arbitrary: fc.constant(startLogin) },
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 40 }).map(progress) },
  { weight: 14, arbitrary: fc.constant(rest) },
  { weight: 1, arbitrary: fc.constant(abort) },
  { weight: 2, arbitrary: fc.constant(restart) },
  { weight: 2, arbitrary: fc.integer({ min: -10, max: 30 }).map(jump) },
  { weight: 3, arbitrary: fc.integer({ min: COOLDOWN_SECONDS - 2, max: COOLDOWN_SECONDS + 40 }).map(jump) },
  { weight: 2, arbitrary: fc.constantFrom(-2, 0, 2).map(jumpToEndOfDay) },
  { weight: 2, arbitrary: fc.constant(simply('acceptPartial { state }')) },
  { weight: 1, arbitrary: fc.constant(simply('enterDashboard { state }')) },
  { weight: 2, arbitrary: fc.constant(clearQuarantine) },
  { weight: 2, arbitrary: fc.boolean().map(logOut) },
  {
    weight: 2,
    arbitrary: fc.constant<Step>({
      name: 'tokenStatus',
      take: async (testApp) =>
        JSON.stringify((await testApp.testApp.ask('{ tokenStatus { valid unknown } }')).data),
    }),
  },
  { weight: 4, arbitrary: fc.constant(calm) },
  { weight: 2, arbitrary: fc.constantFrom(...NAMES).map(revokeAtBroker) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(0, 1, 2)
      .map((count) =>
        broker(`sends ${count} OTPs in ten minutes`, ({ moods }) =>
          Object.assign(moods.otpLimit, { count, withinMs: 600_000 }),
        ),
      ),
  },
  {
    weight: 1,
    arbitrary: indexes.map((index) =>
      broker(`rejects app ${index}`, ({ moods }) => {
        moods.rejectedApps[index] = 'UDAPI100068';
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: indexes.map((index) =>
      broker(`refuses every token of app ${index}`, (testApp) => {
        testApp.moods.revokedApps.push(index);
        testApp.noteEnded(...testApp.rows().map(({ access_token }) => access_token));
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      broker('refuses the PIN', ({ moods }) => Object.assign(moods.refusedSteps, { PIN: 'WRONG_PIN' })),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...HANGING).map((step) =>
      broker(`does not answer at ${step}`, ({ moods }) => {
        moods.hangingSteps.push(step);
      }),
    ),
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

/** Whatever has happened: once the broker is well and the operator has looked, a login and one request bring the whole set. */
const recover = async (testApp: ModelApp): Promise<void> => {
  for (const step of [calm, clearQuarantine, jump(COOLDOWN_SECONDS + 1), rest, clearQuarantine]) {
    await new StepCommand(step).run({}, testApp);
  }
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    // Refused unless the account is in IDLE, as it is after a logout.
    await new StepCommand(startLogin).run({}, testApp);
    await new StepCommand(rest).run({}, testApp);
    await new StepCommand(
      generate({ mode: 'INVALID_ONLY', apiNames: [], replaceValid: false, includeUnknown: true }),
    ).run({}, testApp);
    await new StepCommand(rest).run({}, testApp);
    if ((await testApp.look()).ready) return;
    await new StepCommand(jump(COOLDOWN_SECONDS + 1)).run({}, testApp);
    await new StepCommand(rest).run({}, testApp);
  }
  throw new Error(`The gate does not open any more:\n${testApp.history()}`);
};

test('whatever operator, clock and broker do, in whatever order, no rule of the broker is broken', {
  timeout: sequencesTimeout(180_000, 120_000),
}, async () => {
  const tried = await checkSequences({
    ...{ steps, recover, open: () => ModelApp.open() },
    ...{ fixedSeed: '20261122', plainMs: repetitions(8_000, 40_000) },
  });
  expect(tried).toBeGreaterThan(0);
});
