import type { Database, Freshness } from '../../db/database.ts';
import {
  deleteAccount,
  ensureAccount,
  findAccounts,
  freeAccountNumber,
  insertAccount,
  renameAccount,
  saveCredentials,
} from '../../db/queries/accounts.ts';
import { cancelWaiting } from '../../db/queries/alerts/alert-deliveries.ts';
import { findUnresolved, markResolved } from '../../db/queries/alerts/alerts.ts';
import { ensureAuthRecord, findAuthRecord } from '../../db/queries/auth-states.ts';
import { findLatestRun } from '../../db/queries/generation-runs.ts';
import { findHeldTokens } from '../../db/queries/roles.ts';
import { findTokens } from '../../db/queries/tokens.ts';
import type { Queryable } from '../../db/queryable.ts';
import { type Account, accountIdOf, DEFAULT_ACCOUNT } from '../../domain/account/account.ts';
import type { ConfigSource } from '../../domain/account/api-config.ts';
import {
  CREDENTIAL_RULES,
  type CredentialTexts,
  toCredentials,
} from '../../domain/account/credential-rules.ts';
import { ALERT_KINDS } from '../../domain/alert/alert.ts';
import { refusalOfLogin } from '../../domain/auth/auth-state.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { HeldToken } from '../../domain/role/held-token.ts';
import { isOver } from '../../domain/run/generation-run.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { AccountCredentials } from './account-credentials.ts';

export const listAccounts = (database: Database, freshness?: Freshness): Promise<readonly Account[]> =>
  database.cached('accounts', findAccounts, freshness);

/** The account of that id; without one, the active account. */
export const getAccount = async (
  database: Database,
  accountId: string | null | undefined,
  freshness?: Freshness,
): Promise<Account> => {
  const accounts = await listAccounts(database, freshness);
  const account = accounts.find(({ id, isActive }) => (accountId == null ? isActive : id === accountId));
  if (account !== undefined) return account;
  const wanted = accountId ?? 'that is active';
  throw new Refusal('NOT_FOUND', `There is no account ${wanted}.`, 'Ask `accounts` for the ids there are.');
};

export interface CredentialsUpdate {
  readonly texts: CredentialTexts;
  readonly redirectUri: string;
}

/** What the operator wants a new account to be; null takes the default. */
export interface NewAccount extends CredentialsUpdate {
  readonly id: string | null;
  readonly name: string | null;
}

interface Options extends AuditedWrites {
  readonly credentials: AccountCredentials;
  readonly onRemoved: (accountId: string) => void;
}

/** Which accounts there are, and what the operator changes about them. */
export class Accounts {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The account of that id; without one, the active account. Refused with NOT_FOUND. */
  resolve(accountId: string | null | undefined): Promise<Account> {
    return getAccount(this.#options.database, accountId);
  }

  /** The same, as it was known last while the database cannot be read: what is said of it has to be UNKNOWN then. */
  resolveKnown(accountId: string | null | undefined): Promise<Account> {
    return getAccount(this.#options.database, accountId, { orLast: true });
  }

  list(): Promise<readonly Account[]> {
    return listAccounts(this.#options.database);
  }

  /** Where its credentials come from; null for an account that the environment described once and does not any more. */
  sourceOf(account: Account): ConfigSource | null {
    return this.#options.credentials.sourceOf(account);
  }

  /** Accounts that the environment describes, though another account of the database logs in with their mobile number. */
  async findSharedLogins(): Promise<readonly { readonly id: string; readonly owner: string }[]> {
    const { credentials, database } = this.#options;
    const found = await Promise.all(
      credentials.described.map(async ({ id, credentials: own }) => {
        const owner = await credentials.ownerOf(database.read, own.mobileNumber.reveal(), id);
        return owner === null ? [] : { id, owner: owner.id };
      }),
    );
    return found.flat();
  }

  /** Stores accounts that the environment describes, where they are new. */
  async ensure(described: readonly { readonly id: string }[]): Promise<void> {
    const { database, clock } = this.#options;
    await database.write(async (transaction) => {
      for (const { id } of described) {
        const number = Number(/\d+$/.exec(id)?.[0] ?? DEFAULT_ACCOUNT.number);
        await ensureAccount(transaction, { id, number }, clock());
      }
    });
  }

  /** Stores a further account. Its apps are configured in the database. */
  async add(input: NewAccount): Promise<Account> {
    const { database, audit, clock } = this.#options;
    const id = await database.write(async (transaction) => {
      await this.#refuseSharedLogin(transaction, input.texts, null);
      const number = await freeAccountNumber(transaction);
      const accounts = await findAccounts(transaction);
      const chosen = input.id ?? freeId(number, accounts);
      if (accounts.some((account) => account.id === chosen)) {
        throw new Refusal('BAD_USER_INPUT', `There is an account ${chosen} already.`, 'Choose another id.');
      }
      const now = clock();
      const name = input.name ?? chosen;
      await insertAccount(transaction, { id: chosen, number, name, isActive: false, now });
      await saveCredentials(transaction, number, input, database.vault);
      await ensureAuthRecord(transaction, chosen, now);
      await audit.note(transaction, 'ACCOUNT_ADDED', {}, { accountId: chosen });
      return chosen;
    });
    return this.resolve(id);
  }

  /** Changes what people call it; its id stays. */
  async rename({ id }: Account, name: string): Promise<Account> {
    const { database, audit } = this.#options;
    await database.write(async (transaction) => {
      await renameAccount(transaction, id, name);
      await audit.note(transaction, 'ACCOUNT_RENAMED', { name }, { accountId: id });
    });
    return this.resolve(id);
  }

  /** Replaces all of them at once. A run under way types the new ones from its next API on. */
  async updateCredentials(account: Account, input: CredentialsUpdate): Promise<Account> {
    const { database, audit } = this.#options;
    this.#refuseDescribed(account);
    await database.write(async (transaction) => {
      await this.#refuseSharedLogin(transaction, input.texts, account);
      await saveCredentials(transaction, account.number, input, database.vault);
      await audit.note(transaction, 'CREDENTIALS_CHANGED', {}, { accountId: account.id });
    });
    return this.resolve(account.id);
  }

  /** Takes an account out, with its apps and its dead tokens. Refused while it is in use in any way. */
  async remove(account: Account): Promise<boolean> {
    const { database, audit, clock, onRemoved } = this.#options;
    this.#refuseDescribed(account);
    await database.write(async (transaction) => {
      const present = (await findAccounts(transaction)).find(({ id }) => id === account.id);
      if (present?.isActive === true) {
        throw new Refusal(
          'WRONG_STATE',
          `${account.id} is the active account.`,
          'Switch to another one first.',
        );
      }
      // Added again it would know nothing of the rest that the broker wants.
      const refusal = refusalOfLogin(await findAuthRecord(transaction, account.id), clock());
      if (refusal !== null) throw refusal;
      const run = await findLatestRun(transaction, account.id);
      if (run !== null && !isOver(run)) {
        throw new Refusal('RUN_IN_PROGRESS', `${account.id} has a run (${run.id}).`, 'Abort it first.');
      }
      const tokens = await findTokens(transaction, account.number, database);
      const held = await findHeldTokens(transaction, account.number, database.vault);
      const isUsable = ({ verdict, expiresAt }: HeldToken) =>
        verdict !== 'INVALID' && (expiresAt === null || expiresAt > clock());
      if (tokens.some(({ isActive }) => isActive) || held.some(isUsable)) {
        throw new Refusal(
          'WRONG_STATE',
          `${account.id} has tokens that are in use.`,
          'Log it out with revoke: true, or wait until they have expired and ask tokenStatus.',
        );
      }
      await deleteAccount(transaction, account);
      const open = await findUnresolved(transaction, { kinds: ALERT_KINDS, accountId: account.id });
      const ids = open.map(({ id }) => id);
      await markResolved(transaction, ids, clock());
      await cancelWaiting(transaction, ids);
      await audit.note(transaction, 'ACCOUNT_REMOVED', {}, { accountId: account.id });
    });
    onRemoved(account.id);
    return true;
  }

  #refuseDescribed(account: Account): void {
    if (this.#options.credentials.describedBy(account) === undefined) return;
    throw new Refusal(
      'CONFIG_SOURCE_IS_ENV',
      `${account.id} is described in the environment, which a request cannot change.`,
      'Change or remove its UPSTOX_ variables and restart.',
    );
  }

  /** The broker counts the OTPs and PINs of one login together, so two accounts never share one. */
  async #refuseSharedLogin(
    transaction: Queryable,
    texts: CredentialTexts,
    itself: Account | null,
  ): Promise<void> {
    const wanted = toCredentials(texts);
    if (wanted === null) {
      throw new Refusal('BAD_USER_INPUT', 'The credentials are not well-formed.', `Give ${SHAPES}.`);
    }
    const owner = await this.#options.credentials.ownerOf(transaction, wanted.mobileNumber.reveal());
    if (owner === null || owner.id === itself?.id) return;
    throw new Refusal(
      'BAD_USER_INPUT',
      `mobileNumber is the one of ${owner.id}; each account is a login of its own.`,
      'Use that account, or give the mobile number of another one.',
    );
  }
}

const SHAPES = Object.entries(CREDENTIAL_RULES)
  .map(([field, { shape }]) => `${field} as ${shape}`)
  .join(', ');

const freeId = (number: number, accounts: readonly Account[]): string => {
  const taken = new Set(accounts.map(({ id }) => id));
  let candidate = number;
  while (taken.has(accountIdOf(candidate))) candidate += 1;
  return accountIdOf(candidate);
};
