import { activateAccount } from '../db/accounts.ts';
import type { Account } from '../domain/account.ts';
import type { Logger } from '../log.ts';
import { getAccount } from './accounts.ts';
import type { Services } from './services.ts';
import { readTokenStatus } from './token-status.ts';

/** Makes another account the active one. */
export class AccountSwitch implements AsyncDisposable {
  readonly #log: Logger;
  #asking: Promise<void> = Promise.resolve();

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * From now on requests without an account mean this one. What was remembered of both is forgotten and read anew, and
   * the dashboard of this one stays locked until the broker has confirmed its tokens again. Runs go on.
   */
  async to(services: Services, account: Account): Promise<Account> {
    const { database, events, audit, truth, runs, states } = services;
    const left = await getAccount(database, null);
    if (left.id === account.id) return left;
    await database.write(async (transaction) => {
      await activateAccount(transaction, account.id);
      const reference = { accountId: account.id };
      await audit.note(transaction, 'ACCOUNT_SWITCHED', { from: left.id }, reference);
    });
    for (const one of [left, account]) {
      truth.forget(one);
      runs.forgetEnded(one.id);
    }
    await states.lock(account);
    const entered = await getAccount(database, account.id);
    events.publish(null, { kind: 'ACCOUNT_SWITCHED', account: entered });
    this.#log.warn({ from: left.id, to: account.id }, 'another account is the active one');
    for (const one of [entered, left]) await states.tell(one);
    this.#asking = this.#asking.then(() => this.#ask(services, [entered, left]));
    return entered;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#asking;
  }

  /** Behind the answer: the broker may take its time. */
  async #ask(services: Services, accounts: readonly Account[]): Promise<void> {
    try {
      for (const account of accounts) await readTokenStatus(services, account);
    } catch (error) {
      this.#log.error({ err: error }, 'the tokens could not be checked after the switch');
    }
  }
}
