import type { Account } from '../domain/account.ts';
import { type ApiConfig, byApiIndex, type ConfigSource } from '../domain/api-config.ts';

/** The API apps of an account, PRIMARY first, from wherever they are configured. */
export class ApiConfigs {
  readonly source: ConfigSource;
  readonly #fromEnvironment: readonly ApiConfig[];

  constructor(source: ConfigSource, fromEnvironment: readonly ApiConfig[]) {
    this.source = source;
    this.#fromEnvironment = fromEnvironment;
  }

  async list(_account: Account): Promise<readonly ApiConfig[]> {
    return [...this.#fromEnvironment].sort(byApiIndex);
  }

  async enabled(account: Account): Promise<readonly ApiConfig[]> {
    return (await this.list(account)).filter(({ enabled }) => enabled);
  }
}
