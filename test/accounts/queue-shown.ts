import type { Env } from '../../src/config.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { openMoodyBroker } from '../support/moody-broker.ts';
import { type TestApp, until } from '../support/test-app.ts';
import { SECOND, SECOND_ENVIRONMENT } from './two-logins.ts';

export const SPACED_ENVIRONMENT: Env = { ...SECOND_ENVIRONMENT, VEGA_OTP_SPACING_SECONDS: '600' };

/** A broker that does not answer the PIN as long as the test wants the login to stand there. */
export const openSlowBroker = async (): Promise<{ broker: Simulator; stopAnswering: () => void }> => {
  const { broker, moods } = await openMoodyBroker({ others: [SECOND] });
  return { broker, stopAnswering: () => void moods.hangingSteps.push('PIN') };
};

/** How long a busy machine may take. */
const COMES_WITHIN_MS = 60_000;

/** The first account waits for its OTP spacing, and the second one has the browser and stands at the PIN. */
export const fillQueue = async (testApp: TestApp, stopAnswering: () => void): Promise<void> => {
  const start = (id: string) =>
    testApp.ask(`mutation { generateTokens(mode: INVALID_ONLY, accountId: "${id}") { id } }`);
  await start('UPSTOX_01');
  await until(
    'the first account to wait',
    async () => (await read(testApp)).waiting.length === 1,
    COMES_WITHIN_MS,
  );
  stopAnswering();
  await start('UPSTOX_02');
  await until(
    'the second account to be at the PIN',
    async () => {
      const { holder } = await read(testApp);
      return holder?.run.steps[0].step === 'PIN';
    },
    COMES_WITHIN_MS,
  );
};

const TURN = 'accountId apiName waitsFor since canGoOnAt run { status steps { step } }';

export const read = async (testApp: TestApp) =>
  (await testApp.ask(`{ browserQueue { holder { ${TURN} } isTakenElsewhere waiting { ${TURN} } } }`)).data
    .browserQueue;
