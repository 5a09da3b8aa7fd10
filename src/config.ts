import { readAccounts } from './config/accounts.ts';
import { readProxy } from './config/proxy.ts';
import type { ConfigProblem, Env } from './config/reading.ts';
import { readConfigSource, readSettings, readWebhook, type Settings } from './config/settings.ts';
import { unknownSettings } from './config/unknown-names.ts';
import type { DescribedAccount } from './domain/account/account.ts';
import type { ConfigSource } from './domain/account/api-config.ts';
import type { ProxySettings } from './domain/net/proxy.ts';

export { describeSettings, hiddenValues } from './config/described.ts';
export type { ConfigProblem, Env } from './config/reading.ts';
export type { Settings } from './config/settings.ts';
export { toConfigSource } from './config/settings.ts';
export { unknownSettings } from './config/unknown-names.ts';

/** The environment is wrong; `problems` lists every mistake that was found, and `unknown` names that may be mistyped. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];
  readonly unknown: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], unknown: readonly ConfigProblem[] = []) {
    const all = [...problems, ...unknown];
    const lines = all.map(({ variable, message }) => `  ${variable}: ${message}`);
    super(`The configuration has ${all.length} mistake${all.length === 1 ? '' : 's'}:\n${lines.join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
    this.unknown = unknown;
  }
}

/** The whole environment as pure data, with the first account's login; its apps are empty when the database holds them. */
export interface Config extends Settings, Omit<DescribedAccount, 'id'> {
  readonly accountId: string;
  readonly notifierWebhookUri: string | null;
  readonly configSource: ConfigSource;
  /** The way to the broker; null for a direct one. */
  readonly proxy: ProxySettings | null;
  /** The accounts described as UPSTOX_2_…, UPSTOX_3_… and so on. */
  readonly furtherAccounts: readonly DescribedAccount[];
  /** Variables that look like settings and are none. */
  readonly unknown: readonly ConfigProblem[];
}

/** Blank is as good as not set. */
const givenIn = (env: Env): Env =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== ''));

/** The settings alone, for work on files that needs no account; throws one `ConfigError`. */
export const readOwnSettings = (env: Env): Settings => {
  const given = givenIn(env);
  const { value, problems } = readSettings(given);
  if (value === null) throw new ConfigError(problems, unknownSettings(given));
  return value;
};

/** Reads the whole environment, or throws one `ConfigError` with everything that is wrong in it. */
export const readConfig = (env: Env): Config => {
  const given = givenIn(env);
  const settings = readSettings(given);
  const source = readConfigSource(given);
  const webhook = readWebhook(given);
  const configSource = source.value ?? 'ENV';
  const accounts = readAccounts(given, configSource);
  const proxy = readProxy(given);
  const problems = [accounts, source, webhook, proxy, settings].flatMap((reading) => reading.problems);
  const unknown = unknownSettings(given);
  const [first, ...furtherAccounts] = accounts.value;
  if (problems.length > 0 || first === undefined || settings.value === null)
    throw new ConfigError(problems, unknown);
  const { id: accountId, ...account } = first;
  return {
    ...{ ...settings.value, accountId, ...account, configSource, furtherAccounts },
    unknown,
    notifierWebhookUri: webhook.value,
    proxy: proxy.value,
  };
};
