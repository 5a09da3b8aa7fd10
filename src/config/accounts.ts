import { z } from 'zod';
import { accountIdOf, DEFAULT_ACCOUNT, type DescribedAccount } from '../domain/account/account.ts';
import type { ConfigSource } from '../domain/account/api-config.ts';
import {
  CREDENTIAL_RULES,
  type CredentialField,
  toCredentialsWith,
} from '../domain/account/credential-rules.ts';
import { parseTotpCommand } from '../domain/account/totp-command.ts';
import { parseTotpSecret } from '../domain/account/totp-secret.ts';
import { isWebAddress } from '../domain/net/web-address.ts';
import { readApis } from './apis.ts';
import { type ConfigProblem, type Env, problemsOf, type Reading, text } from './reading.ts';

const FURTHER =
  /^UPSTOX_(\d+)_(?=MOBILE_NUMBER$|PIN$|TOTP$|TOTP_COMMAND$|REDIRECT_URI$|CLIENT_ID_|CLIENT_SECRET_|API_NAME_)/;
const MAX_ACCOUNTS = 99;

const credential = (field: CredentialField) =>
  text(CREDENTIAL_RULES[field].shape, CREDENTIAL_RULES[field].accepts);

const LOGIN = z.object({
  UPSTOX_MOBILE_NUMBER: credential('mobileNumber'),
  UPSTOX_PIN: credential('pin'),
  UPSTOX_TOTP: credential('totp').transform(parseTotpSecret),
  UPSTOX_REDIRECT_URI: text('the http(s) address registered at the broker', isWebAddress),
});

/** The codes come from a program in place of the secret. */
const LOGIN_BY_PROGRAM = LOGIN.omit({ UPSTOX_TOTP: true }).extend({
  UPSTOX_TOTP_COMMAND: text(
    'a program and its arguments, as plain words or as a JSON array; no shell reads it',
    (value) => parseTotpCommand(value) !== null,
  ).transform(parseTotpCommand),
});

/** The accounts that are described without a mistake: UPSTOX_… is the first one, UPSTOX_k_… another. */
export const readAccounts = (env: Env, source: ConfigSource): Reading<readonly DescribedAccount[]> => {
  const numbers = [DEFAULT_ACCOUNT.number, ...furtherNumbers(env)];
  const readings = numbers.map((number) => readAccount(env, number, source));
  const value = readings.flatMap((reading) => reading.value ?? []);
  const problems = readings.flatMap((reading) => reading.problems);
  return { value, problems: [...problems, ...misnumbered(env), ...sharedMobileNumbers(value)] };
};

const isFurther = (number: number): boolean => number >= 2 && number <= MAX_ACCOUNTS;

/** The k of every UPSTOX_k_… there is. */
const furtherNumbers = (env: Env): readonly number[] => {
  const numbers = Object.keys(env).flatMap((variable) => FURTHER.exec(variable)?.[1] ?? []);
  const written = numbers.filter((number) => !number.startsWith('0'));
  return [...new Set(written.map(Number))].filter(isFurther).sort((one, other) => one - other);
};

/** Problems name the variables in full. */
const readAccount = (env: Env, number: number, source: ConfigSource): Reading<DescribedAccount | null> => {
  const isDefault = number === DEFAULT_ACCOUNT.number;
  const own = isDefault ? env : withoutNumber(env, number);
  const login = own.UPSTOX_TOTP_COMMAND === undefined ? LOGIN : LOGIN_BY_PROGRAM;
  const { data, error } = login.safeParse(own);
  const apis = readApis(own, source, data?.UPSTOX_REDIRECT_URI ?? '');
  const problems = [...problemsOf(error), ...doubleSource(own), ...apis.problems].map(
    ({ variable, message }) => ({
      variable: isDefault ? variable : variable.replace(/^UPSTOX_/, `UPSTOX_${number}_`),
      message,
    }),
  );
  const totp = data && ('UPSTOX_TOTP' in data ? data.UPSTOX_TOTP : data.UPSTOX_TOTP_COMMAND);
  const credentials =
    data &&
    totp &&
    toCredentialsWith({ mobileNumber: data.UPSTOX_MOBILE_NUMBER, pin: data.UPSTOX_PIN }, totp);
  if (data === undefined || !credentials) return { value: null, problems };
  const value: DescribedAccount = {
    id: isDefault ? DEFAULT_ACCOUNT.id : accountIdOf(number),
    credentials,
    redirectUri: data.UPSTOX_REDIRECT_URI,
    apis: source === 'ENV' ? apis.value : [],
  };
  return { value, problems };
};

/** Which of the two is meant is not guessed. */
const doubleSource = ({ UPSTOX_TOTP: secret, UPSTOX_TOTP_COMMAND: command }: Env): ConfigProblem[] =>
  secret === undefined || command === undefined
    ? []
    : [
        {
          variable: 'UPSTOX_TOTP_COMMAND',
          message: 'is given beside the TOTP secret; codes come from one of them, so take the other one away',
        },
      ];

/** The variables of one further account under the names that the first one has. */
const withoutNumber = (env: Env, number: number): Env =>
  Object.fromEntries(
    Object.entries(env)
      .filter(([variable]) => FURTHER.exec(variable)?.[1] === String(number))
      .map(([variable, value]) => [variable.replace(/^UPSTOX_\d+_/, 'UPSTOX_'), value]),
  );

/** UPSTOX_1_… would be the first account once more, and UPSTOX_02_… a second spelling of UPSTOX_2_…. */
const misnumbered = (env: Env): ConfigProblem[] =>
  Object.keys(env)
    .filter((variable) => {
      const number = FURTHER.exec(variable)?.[1];
      return number !== undefined && (number.startsWith('0') || !isFurther(Number(number)));
    })
    .map((variable) => ({
      variable,
      message: `should have a number from 2 to ${MAX_ACCOUNTS} without zeros before it; the first account has none`,
    }));

/** Two accounts of one login would count its OTPs and PINs apart, and the broker counts them together. */
const sharedMobileNumbers = (accounts: readonly DescribedAccount[]): ConfigProblem[] => {
  const numberOf = ({ credentials }: DescribedAccount) => credentials.mobileNumber.reveal();
  return accounts.flatMap((account, index) => {
    const first = accounts.slice(0, index).find((other) => numberOf(other) === numberOf(account));
    if (first === undefined) return [];
    const variable = `UPSTOX_${Number(account.id.replace(/\D/g, ''))}_MOBILE_NUMBER`;
    return [{ variable, message: `is the one of ${first.id}; each account is a login of its own` }];
  });
};
