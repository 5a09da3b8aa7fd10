import type { Database, Freshness } from '../../db/database.ts';
import { findAssignments } from '../../db/queries/roles.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import { loginRole, type Role, type RoleAssignment, rolesOf } from '../../domain/role/role.ts';
import type { Clock } from '../clock.ts';
import type { ApiConfigs } from './api-configs.ts';

interface Options {
  readonly database: Database;
  readonly apiConfigs: ApiConfigs;
  readonly clock: Clock;
}

/** Which roles an account has, and what serves each. */
export class Roles {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  assignments({ id, number }: Account, freshness?: Freshness): Promise<readonly RoleAssignment[]> {
    return this.#options.database.cached(`roles of ${id}`, (db) => findAssignments(db, number), {
      ...freshness,
      of: id,
    });
  }

  /** PRIMARY first, then by index; as they are at another time where one is given. */
  async list(account: Account, at: Date = this.#options.clock()): Promise<readonly Role[]> {
    const apps = await this.#options.apiConfigs.list(account);
    return rolesOf(apps, await this.assignments(account), at);
  }

  /** As they were known last while the database cannot be read: what is said of them has to be UNKNOWN then. */
  async listKnown(account: Account): Promise<readonly Role[]> {
    const freshness = { orLast: true };
    const apps = await this.#options.apiConfigs.list(account, freshness);
    return rolesOf(apps, await this.assignments(account, freshness), this.#options.clock());
  }

  /** The same as a transaction sees them. */
  async listIn(transaction: Queryable, account: Account): Promise<readonly Role[]> {
    const apps = await this.#options.apiConfigs.listIn(transaction, account);
    return rolesOf(apps, await findAssignments(transaction, account.number), this.#options.clock());
  }

  /** One of them; refused with API_NOT_CONFIGURED where there is none of that name. */
  async get(account: Account, apiName: ApiName): Promise<Role> {
    const role = (await this.list(account)).find((one) => one.apiName === apiName);
    return role ?? loginRole(await this.#options.apiConfigs.getEnabled(account, apiName));
  }
}
