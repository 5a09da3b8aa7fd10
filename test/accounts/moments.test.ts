import { describe, expect, test } from 'vitest';
import { claimTimeStep, noteOtpInterval, recordAttempt } from '../../src/db/queries/login-attempts.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Checkpoint } from '../../src/services/runs/checkpoints.ts';
import { Semaphore } from '../../src/services/semaphore.ts';
import { openFolder } from '../support/folder.ts';
import { environmentOfOthers, otherLogin } from '../support/other-logins.ts';
import { drawn } from '../support/repetitions.ts';
import { openBroker, openTestApp, type TestApp, until } from '../support/test-app.ts';
import { type AccountOf, violationsOfAll } from './three/broker-pace.ts';

const TOTP_SECONDS = 4;
const SPACING_MS = 10_000;
const SECOND = otherLogin(1, { apps: 1 });
const IDS = ['UPSTOX_01', 'UPSTOX_02'] as const;

const accountOf: AccountOf = (clientId) => {
  if (clientId == null) return null;
  return SECOND.apps.some((app) => app.clientId === clientId) ? 'UPSTOX_02' : 'UPSTOX_01';
};

/** At the redirect nothing is waited for: the code is here, and the browser is not needed for what follows. */
const WAITS = ['OTP_SPACING', 'TOTP_WAIT', 'REDIRECT'] as const;
type Wait = (typeof WAITS)[number];
const MOMENTS = ['TURN_GIVEN', 'TURN_TAKEN'] as const satisfies readonly Checkpoint[];
type Moment = (typeof MOMENTS)[number];

/** What happens to the first account's run in that very moment; answers when it is through. */
const ACTS = {
  aborted: async ({ app }: TestApp) => {
    const run = app.services.runs.live('UPSTOX_01');
    await app.services.generation.abort(run?.id ?? '');
  },
  'logged out': (testApp: TestApp) => testApp.ask('mutation { logout(accountId: "UPSTOX_01") { state } }'),
  'left for another account': (testApp: TestApp) =>
    testApp.ask('mutation { switchAccount(accountId: "UPSTOX_02") { id } }'),
  closed: (testApp: TestApp) => testApp[Symbol.asyncDispose](),
} as const satisfies Record<string, (testApp: TestApp) => PromiseLike<unknown>>;
type Act = keyof typeof ACTS;

const ENDS = ['COMPLETED', 'STOPPED', 'ABORTED'];

const statusOf = (testApp: TestApp, account: string): string =>
  testApp
    .rows(`select status from vega_generation_runs where account_id = '${account}' order by started_at`)
    .at(-1)?.status;

const untilOver = (testApp: TestApp, account: string) =>
  until(`the end of the run of ${account}`, () => ENDS.includes(statusOf(testApp, account)), 60_000);

const OWNER = { accountId: 'UPSTOX_01', runId: 'earlier', apiName: 'PRIMARY' } as const;

/** What makes the login wait, stored when it is close to it, however slow the machine is. */
const PLANTS: Readonly<
  Partial<Record<Wait, { readonly at: Checkpoint; readonly plant: (testApp: TestApp) => Promise<void> }>>
> = {
  /** The account has requested an OTP just now, and the broker wants some time before the next one. */
  OTP_SPACING: {
    at: 'DIALOG_ENTERED',
    plant: ({ app }) =>
      app.parts.database.write(async (transaction) => {
        await recordAttempt(transaction, OWNER, 'OTP_REQUEST', new Date());
        await noteOtpInterval(transaction, OWNER, SPACING_MS);
      }),
  },
  /** The present time step and the next ones are used. */
  TOTP_WAIT: {
    at: 'MOBILE_SUBMITTED',
    plant: ({ app, broker }) =>
      app.parts.database.write(async (transaction) => {
        const totp = {
          secret: new Secret(broker.account.totpSecret),
          periodSeconds: TOTP_SECONDS,
          digits: 6,
          algorithm: 'sha1',
        } as const;
        const now = Math.floor(Date.now() / 1000 / TOTP_SECONDS);
        for (const step of [now, now + 1, now + 2])
          await claimTimeStep(transaction, OWNER, totp, step, new Date(0));
      }),
  },
};

const start = (testApp: TestApp, id: string) =>
  testApp.ask(`mutation { generateTokens(mode: INVALID_ONLY, accountId: "${id}") { id } }`);

/** Two accounts log in; when the first one's run gives its turn away or gets it back for this wait, the act happens. */
const interrupt = async (act: Act, moment: Moment, wait: Wait) => {
  using folder = openFolder();
  const { directory } = folder;
  await using broker = await openBroker({ others: [SECOND], account: { totpPeriodSeconds: TOTP_SECONDS } });
  const env = environmentOfOthers([SECOND]);
  let testApp: TestApp | null = null;
  let acting: PromiseLike<unknown> | null = null;
  let sentBefore = 0;
  let isPlanted = false;
  let spacedUntil = 0;
  const submissions = () =>
    broker.log.filter(
      ({ kind, clientId }) =>
        ['OTP_GENERATE', 'OTP_VERIFY', 'PIN', 'TOKEN'].includes(kind) && accountOf(clientId) === 'UPSTOX_01',
    ).length;
  const desk = await openTestApp({
    ...{ broker, directory, env, apis: 1 },
    onCheckpoint: (checkpoint) => {
      if (testApp !== null && !isPlanted && checkpoint === PLANTS[wait]?.at) {
        isPlanted = true;
        spacedUntil = wait === 'OTP_SPACING' ? Date.now() + SPACING_MS : 0;
        void PLANTS[wait]?.plant(testApp);
      }
      if (checkpoint !== moment || acting !== null || testApp === null) return;
      const run = testApp.app.services.runs.live('UPSTOX_01');
      const isHere = run?.steps.some(({ status, step }) => status === 'RUNNING' && step === wait) === true;
      if (!isHere) return;
      sentBefore = submissions();
      acting = ACTS[act](testApp);
    },
  });
  testApp = desk;
  await start(desk, 'UPSTOX_01');
  await start(desk, 'UPSTOX_02');
  await until('the moment', () => acting !== null, 60_000);
  await acting;
  const isClosed = act === 'closed';
  const after = isClosed ? await openTestApp({ broker, directory, env, apis: 1 }) : desk;
  await using _after = after;
  // A code that is here may be used before the run has heard of its end.
  if (act !== 'left for another account' && wait !== 'REDIRECT') {
    expect(statusOf(after, 'UPSTOX_01')).toBe('ABORTED');
    expect(submissions()).toBe(sentBefore);
  }
  // The other run is not held up, or was ended with the program.
  await untilOver(after, 'UPSTOX_02');
  await untilOver(after, 'UPSTOX_01');
  for (const id of IDS) {
    await start(after, id);
    await untilOver(after, id);
  }
  await until('the browser to be free', async () => (await queueOf(after)).holder === null);
  return {
    ends: IDS.map((id) => statusOf(after, id)),
    waiting: (await queueOf(after)).waiting,
    tokens: after.rows('select 1 from upstox_tokens where is_active = 1').length,
    violations: violationsOfAll(broker.log, {
      accountOf,
      facts: () => ({ cooldownMs: 0 }),
      spacingMs: 0,
      rateMs: 0,
      between: (one, other) => other.at - one.at,
    }),
    isSpaced: broker.log.every(
      ({ kind, clientId, at }) =>
        kind !== 'OTP_GENERATE' || accountOf(clientId) === 'UPSTOX_02' || at >= spacedUntil,
    ),
  };
};

const queueOf = async (testApp: TestApp) =>
  (await testApp.ask('{ browserQueue { holder { accountId } waiting { accountId } } }')).data.browserQueue;

const places = new Semaphore(2);
const CASES = Object.keys(ACTS).flatMap((act) =>
  MOMENTS.flatMap((moment) => WAITS.map((wait) => [act as Act, moment, wait] as const)).filter(
    ([, moment, wait]) => wait !== 'REDIRECT' || moment === 'TURN_GIVEN',
  ),
);

const TRIED = drawn(CASES, 3);

describe.concurrent('a run that is', () => {
  test.each(TRIED)(
    '%s at %s of %s submits nothing twice, and the browser goes on to the others',
    { timeout: 300_000 },
    async (act, moment, wait) => {
      expect(await places.run(() => interrupt(act, moment, wait))).toEqual({
        ends: ['COMPLETED', 'COMPLETED'],
        waiting: [],
        tokens: 2,
        violations: [],
        isSpaced: true,
      });
    },
  );
});
