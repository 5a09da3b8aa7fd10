import type { Env } from '../../src/config.ts';
import type { SimulatedLogin } from '../../src/simulator/simulator.ts';

/** Base32, one letter for each login: no two logins share a TOTP secret, or they would share its time steps. */
const LETTERS = 'ABCDEFGHIJKLMNOP';

interface LoginShape {
  readonly apps: number;
  readonly totpPeriodSeconds?: number;
}

/** A further login at the simulated broker, with apps of its own; logins differ by their number. */
export const otherLogin = (number: number, { apps, totpPeriodSeconds = 1 }: LoginShape): SimulatedLogin => ({
  account: {
    mobileNumber: String(8_000_000_000 + number),
    pin: String(482_615 + number),
    totpSecret: `VEGA${LETTERS[number]}`.padEnd(32, 'OTHERVEGA'),
    totpPeriodSeconds,
    userId: `OTHER${number}`,
    userName: `Trader ${number}`,
    email: `trader.${number}@example.com`,
  },
  apps: Array.from({ length: apps }, (_, index) => ({
    clientId: `5ec00d${String(number).padStart(2, '0')}-0000-4000-8000-00000000000${index}`,
    clientSecret: `other-secret-${number}-${index}`,
    redirectUri: `http://127.0.0.1:18081/other/${number}`,
  })),
});

/** The logins as UPSTOX_2_…, UPSTOX_3_… and so on. */
export const environmentOfOthers = (others: readonly SimulatedLogin[]): Env =>
  Object.assign({}, ...others.map(environmentOfOther));

const environmentOfOther = ({ account, apps }: SimulatedLogin, index: number): Env => {
  const prefix = `UPSTOX_${index + 2}`;
  return {
    [`${prefix}_MOBILE_NUMBER`]: account.mobileNumber,
    [`${prefix}_PIN`]: account.pin,
    [`${prefix}_TOTP`]: `otpauth://totp/other?secret=${account.totpSecret}&period=${account.totpPeriodSeconds}`,
    [`${prefix}_REDIRECT_URI`]: apps[0]?.redirectUri,
    ...Object.fromEntries(
      apps.flatMap(({ clientId, clientSecret }, app) => [
        [`${prefix}_CLIENT_ID_${app}`, clientId],
        [`${prefix}_CLIENT_SECRET_${app}`, clientSecret],
      ]),
    ),
  };
};
