import type { Database } from '../../db/database.ts';
import { activateAccount } from '../../db/queries/accounts.ts';
import { changeAuthRecord } from '../../db/queries/auth-states.ts';
import { forgetConfirmations } from '../../db/queries/token-marks.ts';
import type { Account } from '../../domain/account/account.ts';
import type { Logger } from '../../log.ts';
import { getAccount } from '../accounts/accounts.ts';
import type { Roles } from '../accounts/roles.ts';
import type { Audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Runs } from '../runs/runs.ts';
import type { TokenVerifier } from '../tokens/token-verifier.ts';
import type { AuthStates } from './auth-states.ts';

interface Options {
  readonly database: Database;
  readonly events: EventLog;
  readonly audit: Audit;
  readonly verifier: TokenVerifier;
  readonly roles: Roles;
  readonly runs: Runs;
  readonly states: AuthStates;
  readonly clock: Clock;
  readonly log: Logger;
}

export class AccountSwitch implements AsyncDisposable {
  readonly #options: Options;
  #asking: Promise<void> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * From now on requests without an account mean this one. The dashboard stays locked until the broker has confirmed its
   * tokens again; until then they stand as they were known. Runs go on.
   */
  async to(account: Account): Promise<Account> {
    const { database, events, audit, clock, runs, states, log } = this.#options;
    const left = await getAccount(database, null);
    if (left.id === account.id) return left;
    for (const { id } of [left, account]) runs.forgetEnded(id);
    await states.enter(account, async () => {
      await database.write(async (transaction) => {
        await activateAccount(transaction, account.id);
        if (database.looks !== null) {
          await changeAuthRecord(transaction, account.id, { enteredAt: clock() });
          await forgetConfirmations(transaction, account.number);
        }
        await audit.note(transaction, 'ACCOUNT_SWITCHED', { from: left.id }, { accountId: account.id });
      });
      const entered = await getAccount(database, account.id);
      events.publish(null, { kind: 'ACCOUNT_SWITCHED', account: entered, from: left.id });
    });
    log.warn({ from: left.id, to: account.id }, 'another account is the active one');
    const entered = await getAccount(database, account.id);
    const now = await getAccount(database, left.id);
    await states.publish(now);
    this.#asking = this.#asking.then(() => this.#ask([entered, now]));
    return entered;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#asking;
  }

  /** After the answer, because the broker may take long. */
  async #ask(accounts: readonly Account[]): Promise<void> {
    const { verifier, roles, states, log } = this.#options;
    try {
      for (const account of accounts) {
        await verifier.check(account, await roles.list(account));
        await states.settle(account);
      }
    } catch (error) {
      log.error({ err: error }, 'the tokens could not be checked after the switch');
    }
  }
}
