import type { App } from '../../../../src/app.ts';
import { insertAccount, saveCredentials } from '../../../../src/db/queries/accounts.ts';
import { saveApiConfig } from '../../../../src/db/queries/api-configs.ts';
import { ensureAuthRecord } from '../../../../src/db/queries/auth-states.ts';
import { saveSchedule } from '../../../../src/db/queries/schedules.ts';
import { API_NAMES } from '../../../../src/domain/account/api-name.ts';
import { seededRandom } from '../../../../src/domain/readiness/random-source.ts';
import { toSchedule } from '../../../../src/domain/schedule/schedule-rules.ts';
import { Secret } from '../../../../src/domain/secret.ts';
import { clientIdOf } from './timed-broker.ts';

const AT_ONCE = 250;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** The first account is the one that the environment describes. */
const FIRST = 2;

interface Accounts {
  readonly accounts: number;
  /** Each has one to so many apps, as the seed has it. */
  readonly mostApis: number;
  /** `HH:mm` in India. */
  readonly startAt: string;
  readonly seed: number;
}

/** Stores accounts with a schedule each. Answers how many logins that makes. */
export const storeAccounts = async (
  { parts: { database } }: App,
  { accounts: count, mostApis, startAt, seed }: Accounts,
): Promise<number> => {
  const random = seededRandom(seed);
  const apis = Array.from({ length: count }, () => 1 + Math.floor(random() * mostApis));
  const now = new Date();
  for (let from = 0; from < count; from += AT_ONCE) {
    await database.write(async (trx) => {
      for (const [index, apps] of apis.slice(from, from + AT_ONCE).entries()) {
        const number = FIRST + from + index;
        const id = `UPSTOX_${number}`;
        await insertAccount(trx, { id, number, name: id, isActive: false, now });
        await saveCredentials(trx, number, credentialsOf(number), database.vault);
        await ensureAuthRecord(trx, id, now);
        for (const apiName of API_NAMES.slice(0, apps)) {
          const apiIndex = API_NAMES.indexOf(apiName);
          const clientSecret = new Secret(`secret-${number}-${apiIndex}`);
          const app = { apiName, apiIndex, clientId: clientIdOf(number, apiIndex), clientSecret };
          const whole = { ...app, redirectUri: REDIRECT, enabled: true };
          await saveApiConfig(trx, number, whole, database.vault, now);
        }
        const wish = { startAt, days: 'EVERY_DAY', jitterSeconds: 0, catchUpUntil: '23:30' } as const;
        await saveSchedule(trx, toSchedule(id, wish, now));
      }
    });
  }
  return apis.reduce((sum, apps) => sum + apps, 0);
};

const REDIRECT = 'http://127.0.0.1:9/redirect';

const credentialsOf = (number: number) => ({
  texts: {
    mobileNumber: String(8_000_000_000 + number),
    pin: '123456',
    totp: `otpauth://totp/model?secret=${secretOf(number)}&period=1`,
  },
  redirectUri: REDIRECT,
});

/** No two accounts share a secret, or they would share its time steps. */
const secretOf = (number: number): string => {
  let text = '';
  for (let rest = number; text.length < 8; rest = Math.floor(rest / 32)) text += BASE32[rest % 32];
  return text.padEnd(32, 'VEGA');
};
