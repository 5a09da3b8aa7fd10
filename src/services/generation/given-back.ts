import type { Fact } from '../../db/change.ts';
import type { Database } from '../../db/database.ts';
import type { Account } from '../../domain/account/account.ts';
import { accountQuarantined } from '../../domain/alert/alert-drafts.ts';
import { isOver } from '../../domain/run/generation-run.ts';
import type { Logger } from '../../log.ts';
import { listAccounts } from '../accounts/accounts.ts';
import type { Roles } from '../accounts/roles.ts';
import { raiseAlert } from '../alerts/raise-alert.ts';
import { tellEnd } from '../alerts/tell-run.ts';
import type { AuthStates } from '../auth-state/auth-states.ts';
import type { Clock } from '../clock.ts';
import type { EventLog } from '../events/event-log.ts';
import { announceToken } from '../roles/announce-token.ts';
import { readTokenStatus } from '../tokens/token-status.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';

interface Needs {
  readonly database: Database;
  readonly events: EventLog;
  readonly roles: Roles;
  readonly verifier: TokenVerifier;
  readonly states: AuthStates;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Makes up for what could not be published, nor written without reading, while the database was gone. */
export const watchGivenBack = (needs: Needs): void => {
  const { database, log } = needs;
  database.listen({
    givenBack: (facts) =>
      void makeUpFor(needs, facts).catch((error: unknown) =>
        log.error({ err: error }, 'what was given back to the database could not be published'),
      ),
  });
};

const makeUpFor = async (needs: Needs, facts: readonly Fact[]): Promise<void> => {
  for (const account of await listAccounts(needs.database)) {
    const own = facts.filter((fact) => accountOf(fact) === account.id);
    if (own.length > 0) await makeUpForAccount(needs, account, own);
  }
};

const makeUpForAccount = async (needs: Needs, account: Account, facts: readonly Fact[]): Promise<void> => {
  const { states, clock } = needs;
  await tellAlerts(needs, account, facts);
  for (const fact of facts) {
    if (fact.kind === 'ISSUED_TOKEN') await announceToken(needs, account, fact.token.apiName);
    if (fact.kind === 'HELD_TOKEN') await announceToken(needs, account, fact.token.kind);
  }
  const rest = facts.flatMap((fact) => (fact.kind === 'REST' ? (fact.rest.cooldown ?? []) : []));
  if (rest.some(({ until }) => until > clock())) await states.startCooldown(account);
  if (facts.some((fact) => fact.kind === 'RUN' && isOver(fact.run))) await states.repair(account);
  if (facts.some(({ kind }) => kind === 'ISSUED_TOKEN' || kind === 'HELD_TOKEN'))
    await readTokenStatus(needs, account);
  await states.publishChanges(account);
};

const tellAlerts = ({ database, clock }: Needs, { id }: Account, facts: readonly Fact[]): Promise<void> =>
  database.write(async (transaction) => {
    for (const fact of facts) {
      if (fact.kind === 'RUN' && isOver(fact.run)) await tellEnd(transaction, fact.run, clock());
      if (fact.kind !== 'REST' || fact.rest.quarantinedAt == null) continue;
      const alert = accountQuarantined(id, 'CREDENTIALS_REJECTED', fact.rest.quarantinedAt);
      await raiseAlert(transaction, alert, clock());
    }
  });

const accountOf = (fact: Fact): string | null => {
  switch (fact.kind) {
    case 'ISSUED_TOKEN':
    case 'HELD_TOKEN':
      return fact.account.id;
    case 'RUN':
      return fact.run.accountId;
    case 'REST':
      return fact.accountId;
    case 'ACQUISITION':
    case 'AUDIT':
      return null;
  }
};
