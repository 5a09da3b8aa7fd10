import type { Database } from '../../db/database.ts';
import { findAccounts, findCredentials, findReadableCredentials } from '../../db/queries/accounts.ts';
import type { Queryable } from '../../db/queryable.ts';
import { SealError } from '../../db/secrets/vault.ts';
import type { Account, Credentials, DescribedAccount } from '../../domain/account/account.ts';
import type { ConfigSource } from '../../domain/account/api-config.ts';
import { Refusal } from '../../domain/refusal.ts';

/** What each account logs in with: from the environment, where that describes it, else sealed from the database. */
export class AccountCredentials {
  readonly #database: Database;
  readonly #described: readonly DescribedAccount[];

  constructor(database: Database, described: readonly DescribedAccount[]) {
    this.#database = database;
    this.#described = described;
  }

  /** The accounts that the environment describes. */
  get described(): readonly DescribedAccount[] {
    return this.#described;
  }

  /** The account as the environment describes it; undefined where it does not. */
  describedBy({ id }: Pick<Account, 'id'>): DescribedAccount | undefined {
    return this.#described.find((described) => described.id === id);
  }

  /** Null for an account that the environment described once and does not any more. */
  sourceOf(account: Account): ConfigSource | null {
    if (this.describedBy(account) !== undefined) return 'ENV';
    return account.redirectUri === null ? null : 'DATABASE';
  }

  /** Refused where there are none, or where they cannot be opened. */
  async open(account: Account, db: Queryable = this.#database.read): Promise<Credentials> {
    const described = this.describedBy(account);
    if (described !== undefined) return described.credentials;
    const credentials = await findCredentials(db, account.number, this.#database.vault).catch(
      (error: unknown) => {
        if (!(error instanceof SealError)) throw error;
        throw new Refusal(
          'SECRET_UNREADABLE',
          `The credentials of ${account.id} cannot be opened: ${error.message}`,
          'Save them again with updateAccountCredentials.',
        );
      },
    );
    if (credentials !== null) return credentials;
    throw new Refusal(
      'WRONG_STATE',
      `${account.id} has no credentials.`,
      'Save them with updateAccountCredentials, or describe the account in the environment.',
    );
  }

  /** The account that logs in with this mobile number already: the broker counts its OTPs and PINs together. */
  async ownerOf(transaction: Queryable, mobileNumber: string, except?: string): Promise<Account | null> {
    // What cannot be opened cannot log in either.
    const stored = await findReadableCredentials(transaction, this.#database.vault);
    const owner = (await findAccounts(transaction)).find((account) => {
      if (account.id === except) return false;
      const known =
        this.describedBy(account)?.credentials ??
        (account.redirectUri === null ? undefined : stored.get(account.number));
      return known?.mobileNumber.reveal() === mobileNumber;
    });
    return owner ?? null;
  }
}
