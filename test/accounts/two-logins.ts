import type { Env } from '../../src/config.ts';
import type { SimulatedLogin, Simulator } from '../../src/simulator/simulator.ts';
import { openBroker } from '../support/test-app.ts';

/** A second login at the simulated broker, with two apps of its own. */
export const SECOND: SimulatedLogin = {
  account: {
    mobileNumber: '8765409876',
    pin: '482615',
    totpSecret: 'SECONDVEGASECONDVEGASECONDVEGASE',
    totpPeriodSeconds: 1,
    userId: 'ECHO02',
    userName: 'Second Trader',
    email: 'second.trader@example.com',
  },
  apps: [0, 1].map((index) => ({
    clientId: `5ec00d00-0000-4000-8000-00000000000${index}`,
    clientSecret: `second-secret-${index}`,
    redirectUri: 'http://127.0.0.1:18081/second/callback',
  })),
};

export const openTwoLogins = (pageDelayMs = 0): Promise<Simulator> =>
  openBroker({ others: [SECOND], pageDelayMs });

const { account, apps } = SECOND;

export const TOTP_LINK = `otpauth://totp/second?secret=${account.totpSecret}&period=${account.totpPeriodSeconds}`;

/** The second login as UPSTOX_2_…. */
export const SECOND_ENVIRONMENT: Env = {
  UPSTOX_2_MOBILE_NUMBER: account.mobileNumber,
  UPSTOX_2_PIN: account.pin,
  UPSTOX_2_TOTP: TOTP_LINK,
  UPSTOX_2_REDIRECT_URI: apps[0]?.redirectUri,
  ...Object.fromEntries(
    apps.flatMap(({ clientId, clientSecret }, index) => [
      [`UPSTOX_2_CLIENT_ID_${index}`, clientId],
      [`UPSTOX_2_CLIENT_SECRET_${index}`, clientSecret],
    ]),
  ),
};

/** The second login as `addAccount` takes it. */
export const SECOND_INPUT = {
  mobileNumber: `+91 ${account.mobileNumber}`,
  pin: account.pin,
  totpSecret: TOTP_LINK,
  redirectUri: apps[0]?.redirectUri,
};
