import { askStaticAddresses } from '../../broker/api/static-addresses.ts';
import type { Database } from '../../db/database.ts';
import type { Account } from '../../domain/account/account.ts';
import type { Finding, HealthDetail } from '../../domain/health.ts';
import { type StaticAddresses, sharedAddresses } from '../../domain/net/static-addresses.ts';
import { listAccounts } from '../accounts/accounts.ts';
import type { Roles } from '../accounts/roles.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';
import type { Trial, TrialOptions } from './system-trials.ts';

export interface AddressOptions extends TrialOptions {
  readonly database: Database;
  readonly roles: Roles;
  readonly verifier: TokenVerifier;
  /** What the operator has given in VEGA_STATIC_ADDRESSES. */
  readonly staticAddresses: readonly StaticAddresses[];
}

/** Source: the broker's documentation and its circular on algo trading. */
const RULES =
  'Static addresses: orders are accepted from registered ones alone; login, token exchange and profile are not restricted. One address belongs to one customer, so several accounts that place orders need several addresses. A change of address ends the tokens.';

/**
 * Compares what the operator has given with what the broker has registered. From which address this machine is seen, the
 * broker does not tell, and nobody else is asked.
 */
export const tryStaticAddresses = async (options: AddressOptions): Promise<Trial> => {
  const { database, staticAddresses } = options;
  const accounts = await listAccounts(database);
  const details: HealthDetail[] = [detail(RULES)];
  const findings = [...sharedFindings(staticAddresses), ...strangerFindings(staticAddresses, accounts)];
  for (const given of staticAddresses) {
    const account = accounts.find(({ id }) => id === given.accountId);
    if (account === undefined) continue;
    const registered = await registeredOf(account, options);
    if (registered === null)
      details.push(
        detail(
          `${given.accountId}: the broker does not tell its addresses; not known. It tells them to a VALID token of PRIMARY.`,
        ),
      );
    else if (isSame(registered, given.addresses))
      details.push(detail(`${given.accountId}: the broker has registered ${listed(registered)}, as given.`));
    else findings.push(differs(given, registered));
  }
  if (staticAddresses.length > 0)
    details.push(
      detail('From which address the broker sees this machine is not known: its API does not tell.'),
    );
  return { findings, details };
};

const detail = (text: string): HealthDetail => ({ component: 'CONFIG', text });
const listed = (addresses: readonly string[]): string =>
  addresses.length === 0 ? 'none' : addresses.join(' and ');
const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.toSorted().join() === other.toSorted().join();

const finding = (message: string, nextAction: string): Finding => ({
  ...{ component: 'CONFIG', state: 'DEGRADED', message, nextAction },
});

const sharedFindings = (given: readonly StaticAddresses[]): readonly Finding[] =>
  sharedAddresses(given).map(({ address, accountIds }) =>
    finding(
      `VEGA_STATIC_ADDRESSES names ${address} for ${accountIds.join(' and ')}; the broker gives an address to one customer.`,
      'Get an address of its own for each account that places orders.',
    ),
  );

const strangerFindings = (
  given: readonly StaticAddresses[],
  accounts: readonly Account[],
): readonly Finding[] =>
  given
    .filter(({ accountId }) => accounts.every(({ id }) => id !== accountId))
    .map(({ accountId }) =>
      finding(`VEGA_STATIC_ADDRESSES names ${accountId}; there is no such account.`, 'Correct the id.'),
    );

const differs = ({ accountId, addresses }: StaticAddresses, registered: readonly string[]): Finding =>
  finding(
    `${accountId}: VEGA_STATIC_ADDRESSES names ${listed(addresses)}, and the broker has registered ${listed(registered)}.`,
    "Correct the setting, or the address on the broker's developer page: that is possible once a week, and ends the tokens.",
  );

/** Null where no token of PRIMARY is known to be VALID, or the broker does not answer. */
const registeredOf = async (
  account: Account,
  { roles, verifier, api, profileTimeoutMs }: AddressOptions,
): Promise<readonly string[] | null> => {
  const known = await verifier.lastKnown(account, await roles.list(account));
  const primary = known.find(({ role, check }) => role.isPrimary && check.verdict === 'VALID');
  if (primary?.token === undefined) return null;
  return askStaticAddresses(api, primary.token.accessToken, profileTimeoutMs);
};
