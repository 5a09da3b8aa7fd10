import type { Freshness } from '../../db/database.ts';
import { findApiConfigs, removeApiConfig, saveApiConfig } from '../../db/queries/api-configs.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import { type ApiConfig, byApiIndex, type ConfigSource } from '../../domain/account/api-config.ts';
import { API_NAMES, type ApiName } from '../../domain/account/api-name.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Secret } from '../../domain/secret.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { AccountCredentials } from './account-credentials.ts';

interface Options extends AuditedWrites {
  /** Of the accounts that the environment describes; the others have theirs in the database. */
  readonly source: ConfigSource;
  readonly credentials: AccountCredentials;
}

/** What the operator wants an app to be; null leaves a stored value as it is, or takes the default of a new one. */
export interface ApiConfigInput {
  readonly apiName: ApiName;
  readonly clientId: string;
  readonly clientSecret: Secret | null;
  readonly redirectUri: string | null;
  readonly enabled: boolean | null;
  readonly apiIndex: number | null;
}

/** The API apps of an account, PRIMARY first, from wherever LOGIN_CONFIG_SOURCE says. */
export class ApiConfigs {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  list(account: Account, freshness?: Freshness): Promise<readonly ApiConfig[]> {
    const { id, redirectUri } = account;
    return this.#options.database.cached(
      `configs of ${id} for ${redirectUri}`,
      (db) => this.listIn(db, account),
      { ...freshness, of: id },
    );
  }

  /** The same as a transaction sees them. */
  async listIn(db: Queryable, account: Account): Promise<readonly ApiConfig[]> {
    const { credentials, database } = this.#options;
    const described = credentials.describedBy(account);
    const redirectUri = described?.redirectUri ?? account.redirectUri ?? '';
    const configs =
      described !== undefined && this.#isInEnvironment(account)
        ? described.apis
        : await findApiConfigs(db, account.number, database.vault, redirectUri);
    return [...configs].sort(byApiIndex);
  }

  async enabled(account: Account): Promise<readonly ApiConfig[]> {
    return (await this.list(account)).filter(({ enabled }) => enabled);
  }

  /** One of them; refused with API_NOT_CONFIGURED where there is none of that name. */
  async get(account: Account, apiName: ApiName): Promise<ApiConfig> {
    const config = await this.#find(account, apiName);
    if (config !== undefined) return config;
    throw new Refusal(
      'API_NOT_CONFIGURED',
      `${apiName} is not configured.`,
      'Configure it with saveApiConfig, or in the environment, first.',
    );
  }

  /** One of them that is enabled; refused with API_NOT_CONFIGURED otherwise. */
  async getEnabled(account: Account, apiName: ApiName): Promise<ApiConfig> {
    const config = await this.get(account, apiName);
    if (config.enabled) return config;
    throw new Refusal(
      'API_NOT_CONFIGURED',
      `${apiName} is not enabled.`,
      'Enable it with setApiConfigEnabled first.',
    );
  }

  async save(account: Account, input: ApiConfigInput): Promise<ApiConfig> {
    this.#refuseEnvironment(account);
    const { database, audit, clock } = this.#options;
    const others = (await this.list(account)).filter(({ apiName }) => apiName !== input.apiName);
    const stored = await this.#find(account, input.apiName);
    const apiIndex = input.apiIndex ?? stored?.apiIndex ?? freeIndex(input.apiName, others);
    if (stored === undefined && input.clientSecret === null) {
      throw new Refusal(
        'BAD_USER_INPUT',
        `${input.apiName} is new and needs a client secret.`,
        'Give clientSecret.',
      );
    }
    const taken = others.find((other) => other.apiIndex === apiIndex);
    if (taken !== undefined) {
      throw new Refusal(
        'BAD_USER_INPUT',
        `Index ${apiIndex} belongs to ${taken.apiName}.`,
        'Choose another apiIndex, or leave it out.',
      );
    }
    const enabled = input.enabled ?? stored?.enabled ?? true;
    const isPrimaryKept = input.apiName === 'PRIMARY' ? enabled : !enabled || others.some(isWorkingPrimary);
    if (!isPrimaryKept) throw primaryComesFirst(account);
    const change = {
      ...input,
      apiIndex,
      redirectUri: input.redirectUri ?? stored?.redirectUri ?? null,
      enabled,
    };
    await database.write(async (transaction) => {
      await saveApiConfig(transaction, account.number, change, database.vault, clock());
      const facts = { enabled: change.enabled, newSecret: input.clientSecret !== null };
      await audit.note(transaction, 'CONFIG_SAVED', facts, referenceOf(account, input.apiName));
    });
    return this.get(account, input.apiName);
  }

  async setEnabled(account: Account, apiName: ApiName, enabled: boolean): Promise<ApiConfig> {
    this.#refuseEnvironment(account);
    const stored = await this.get(account, apiName);
    return this.save(account, { ...stored, clientSecret: null, enabled });
  }

  /** True when there was one. Its token stays in the table. */
  async remove(account: Account, apiName: ApiName): Promise<boolean> {
    this.#refuseEnvironment(account);
    if (apiName === 'PRIMARY' && (await this.#find(account, apiName)) !== undefined)
      throw primaryComesFirst(account);
    const { database, audit } = this.#options;
    return database.write(async (transaction) => {
      if (!(await removeApiConfig(transaction, account.number, apiName))) return false;
      await audit.note(transaction, 'CONFIG_REMOVED', {}, referenceOf(account, apiName));
      return true;
    });
  }

  #isInEnvironment(account: Account): boolean {
    const { source, credentials } = this.#options;
    return source === 'ENV' && credentials.describedBy(account) !== undefined;
  }

  #refuseEnvironment(account: Account): void {
    if (!this.#isInEnvironment(account)) return;
    throw new Refusal(
      'CONFIG_SOURCE_IS_ENV',
      'The API apps are configured in the environment, which a request cannot change.',
      'Change UPSTOX_CLIENT_ID_n and its neighbours and restart, or set LOGIN_CONFIG_SOURCE=DATABASE.',
    );
  }

  async #find(account: Account, apiName: ApiName): Promise<ApiConfig | undefined> {
    return (await this.list(account)).find((config) => config.apiName === apiName);
  }
}

const isWorkingPrimary = ({ apiName, enabled }: ApiConfig): boolean => apiName === 'PRIMARY' && enabled;

const primaryComesFirst = ({ id }: Account): Refusal =>
  new Refusal(
    'WRONG_STATE',
    `${id} would have no PRIMARY that is enabled, and without PRIMARY nothing is ever confirmed.`,
    'Store and enable PRIMARY first. To replace its app, save the new one over it with saveApiConfig.',
  );

const referenceOf = (account: Account, apiName: ApiName) => ({ accountId: account.id, apiName });

/** The usual index of the name, or the lowest one that is free. */
const freeIndex = (apiName: ApiName, others: readonly ApiConfig[]): number => {
  const usual = API_NAMES.indexOf(apiName);
  const candidates = [usual, ...API_NAMES.keys()];
  return candidates.find((index) => others.every(({ apiIndex }) => apiIndex !== index)) ?? usual;
};
