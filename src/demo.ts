import { type App, type AppOptions, openApp } from './app.ts';
import { type Env, readConfig } from './config.ts';
import type { Listening } from './http/listen.ts';
import { scenarioNames } from './simulator/scenarios.ts';
import { isScenarioName, type Simulator, startSimulator } from './simulator/simulator.ts';

export { scenarioNames as SCENARIO_NAMES };

/** A rehearsal: a simulated broker, and the whole program in front of it. */
export interface Demo extends AsyncDisposable {
  readonly app: App;
  readonly server: Listening;
  readonly broker: { readonly url: string };
}

/** A short time step, so that six logins do not wait three minutes for six codes; the broker's is 30 s. */
const DEMO_TOTP_SECONDS = 1;
/** A code stays good as long as one of the broker's, so that a slow machine types it in time. */
const DEMO_CODE_SECONDS = 30;

/** Opens the program on a simulated broker with six apps. Of `env` only the VEGA_ variables and UPSTOX_HEADLESS count. */
export const openDemo = async (env: Env, options: AppOptions & { scenario: string }): Promise<Demo> => {
  const { scenario } = options;
  if (!isScenarioName(scenario))
    throw new Error(`There is no scenario ${scenario}; there are ${scenarioNames.join(', ')}.`);
  const simulator = await startSimulator({
    scenario,
    account: { totpPeriodSeconds: DEMO_TOTP_SECONDS },
    knobs: { totpPastSteps: DEMO_CODE_SECONDS / DEMO_TOTP_SECONDS },
  });
  try {
    const app = await openApp(readConfig(demoEnvironment(env, simulator)), { ...options, isDemo: true });
    try {
      const server = await app.listen();
      app.beginSchedules();
      app.beginForecasts();
      app.beginProbes();
      return {
        app,
        server,
        broker: simulator,
        [Symbol.asyncDispose]: async () => {
          await app[Symbol.asyncDispose]();
          await simulator[Symbol.asyncDispose]();
        },
      };
    } catch (error) {
      await app[Symbol.asyncDispose]();
      throw error;
    }
  } catch (error) {
    await simulator[Symbol.asyncDispose]();
    throw error;
  }
};

const demoEnvironment = (env: Env, { account, apps, url }: Simulator): Env => ({
  VEGA_LOG_LEVEL: 'warn',
  VEGA_OTP_SPACING_SECONDS: '0',
  VEGA_LOGIN_RATE_SECONDS: '0',
  ...Object.fromEntries(
    Object.entries(env).filter(([name]) => name.startsWith('VEGA_') || name === 'UPSTOX_HEADLESS'),
  ),
  UPSTOX_API_BASE_URL: url,
  UPSTOX_MOBILE_NUMBER: account.mobileNumber,
  UPSTOX_PIN: account.pin,
  UPSTOX_TOTP: `otpauth://totp/demo?secret=${account.totpSecret}&period=${account.totpPeriodSeconds}`,
  UPSTOX_REDIRECT_URI: apps[0]?.redirectUri,
  ...Object.fromEntries(
    apps.flatMap(({ clientId, clientSecret }, index) => [
      [`UPSTOX_CLIENT_ID_${index}`, clientId],
      [`UPSTOX_CLIENT_SECRET_${index}`, clientSecret],
    ]),
  ),
});
