import {
  deleteAccount,
  findAccounts,
  freeAccountNumber,
  insertAccount,
  renameAccount as renameStored,
  saveCredentials,
} from '../../db/queries/accounts.ts';
import { ensureAuthRecord } from '../../db/queries/auth-states.ts';
import { findLatestRun } from '../../db/queries/generation-runs.ts';
import { findTokens } from '../../db/queries/tokens.ts';
import type { Queryable } from '../../db/queryable.ts';
import { type Account, accountIdOf } from '../../domain/account.ts';
import { CREDENTIAL_RULES, type CredentialTexts, toCredentials } from '../../domain/credential-rules.ts';
import { isOver } from '../../domain/generation-run.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Services } from '../services.ts';
import { getAccount } from './accounts.ts';

/** What the operator wants a new account to be; null takes the default. */
export interface NewAccount extends CredentialsUpdate {
  readonly id: string | null;
  readonly name: string | null;
}

export interface CredentialsUpdate {
  readonly texts: CredentialTexts;
  readonly redirectUri: string;
}

type Needs = Pick<Services, 'database' | 'audit' | 'clock' | 'credentials'>;

/** Stores a further account. Its apps are configured in the database. */
export const addAccount = async (services: Needs, input: NewAccount): Promise<Account> => {
  const { database, audit, clock } = services;
  const id = await database.write(async (transaction) => {
    await refuseSharedLogin(services, transaction, input.texts, null);
    const number = await freeAccountNumber(transaction);
    const accounts = await findAccounts(transaction);
    const chosen = input.id ?? freeId(number, accounts);
    if (accounts.some((account) => account.id === chosen)) {
      throw new Refusal('BAD_USER_INPUT', `There is an account ${chosen} already.`, 'Choose another id.');
    }
    const now = clock();
    await insertAccount(transaction, {
      id: chosen,
      number,
      name: input.name ?? chosen,
      isActive: false,
      now,
    });
    await saveCredentials(transaction, number, input, database.vault);
    await ensureAuthRecord(transaction, chosen, now);
    await audit.note(transaction, 'ACCOUNT_ADDED', {}, { accountId: chosen });
    return chosen;
  });
  return getAccount(database, id);
};

/** Changes what people call it; its id stays. */
export const renameAccount = async (
  { database, audit }: Needs,
  account: Account,
  name: string,
): Promise<Account> => {
  await database.write(async (transaction) => {
    await renameStored(transaction, account.id, name);
    await audit.note(transaction, 'ACCOUNT_RENAMED', { name }, { accountId: account.id });
  });
  return getAccount(database, account.id);
};

/** Replaces all of them at once. A run under way types the new ones from its next API on. */
export const updateCredentials = async (
  services: Needs,
  account: Account,
  input: CredentialsUpdate,
): Promise<Account> => {
  const { database, audit, credentials } = services;
  if (credentials.describedBy(account) !== undefined) throw describedInEnvironment(account);
  await database.write(async (transaction) => {
    await refuseSharedLogin(services, transaction, input.texts, account);
    await saveCredentials(transaction, account.number, input, database.vault);
    await audit.note(transaction, 'CREDENTIALS_CHANGED', {}, { accountId: account.id });
  });
  return getAccount(database, account.id);
};

/** Takes an account out, with its apps and its dead tokens. One that is in use in any way stays. */
export const removeAccount = async (
  services: Needs & Pick<Services, 'runs'>,
  account: Account,
): Promise<boolean> => {
  const { database, audit, credentials, runs } = services;
  if (credentials.describedBy(account) !== undefined) throw describedInEnvironment(account);
  if (account.isActive) {
    throw new Refusal('WRONG_STATE', `${account.id} is the active account.`, 'Switch to another one first.');
  }
  await database.write(async (transaction) => {
    const run = await findLatestRun(transaction, account.id);
    if (run !== null && !isOver(run)) {
      throw new Refusal('RUN_IN_PROGRESS', `${account.id} has a run (${run.id}).`, 'Abort it first.');
    }
    const tokens = await findTokens(transaction, account.number, database);
    if (tokens.some(({ isActive }) => isActive)) {
      throw new Refusal(
        'WRONG_STATE',
        `${account.id} has tokens that are in use.`,
        'Log it out with revoke: true, or wait until they have expired and ask tokenStatus.',
      );
    }
    await deleteAccount(transaction, account);
    await audit.note(transaction, 'ACCOUNT_REMOVED', {}, { accountId: account.id });
  });
  runs.forget(account.id);
  return true;
};

const SHAPES = Object.entries(CREDENTIAL_RULES)
  .map(([field, { shape }]) => `${field} as ${shape}`)
  .join(', ');

/** Two accounts of one login would rest and count apart, and the broker counts them together. */
const refuseSharedLogin = async (
  { credentials }: Needs,
  transaction: Queryable,
  texts: CredentialTexts,
  itself: Account | null,
): Promise<void> => {
  const wanted = toCredentials(texts);
  if (wanted === null) {
    throw new Refusal('BAD_USER_INPUT', 'The credentials are not well-formed.', `Give ${SHAPES}.`);
  }
  const owner = await credentials.ownerOf(transaction, wanted.mobileNumber.reveal());
  if (owner === null || owner.id === itself?.id) return;
  throw new Refusal(
    'BAD_USER_INPUT',
    `mobileNumber is the one of ${owner.id}; each account is a login of its own.`,
    'Use that account, or give the mobile number of another one.',
  );
};

const describedInEnvironment = ({ id }: Account): Refusal =>
  new Refusal(
    'CONFIG_SOURCE_IS_ENV',
    `${id} is described in the environment, which a request cannot change.`,
    'Change or remove its UPSTOX_ variables and restart.',
  );

const freeId = (number: number, accounts: readonly Account[]): string => {
  const taken = new Set(accounts.map(({ id }) => id));
  let candidate = number;
  while (taken.has(accountIdOf(candidate))) candidate += 1;
  return accountIdOf(candidate);
};
