import { changeAuthRecord } from '../../db/queries/auth-states.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import { accountQuarantined } from '../../domain/alert/alert-drafts.ts';
import { type Consequence, consequenceOf } from '../../domain/run/consequence.ts';
import type { FailureCode, FailureReason } from '../../domain/run/failure.ts';
import type { Logger } from '../../log.ts';
import { raiseAlert } from '../alerts/raise-alert.ts';
import type { Audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import type { AuthStates } from './auth-states.ts';

interface Options {
  readonly states: AuthStates;
  readonly audit: Audit;
  readonly cooldownMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Carries out what follows from a failure for its account: a cooldown or a quarantine. */
export class Consequences {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Stores it in the transaction of the failure, so that a crash loses neither. */
  store(transaction: Queryable, account: Account, reason: FailureReason): Promise<void> {
    const { code } = reason;
    const consequence = consequenceOf(reason);
    switch (consequence.kind) {
      case 'NEXT_API':
      case 'STOP':
        return Promise.resolve();
      case 'COOLDOWN':
        return this.#storeCooldown(transaction, account, code, consequence.restMs);
      case 'QUARANTINE':
        return this.#storeQuarantine(transaction, account, consequence);
    }
  }

  /** Publishes what was stored with the failure, and moves the account on. */
  publish(account: Account, consequence: Consequence): Promise<void> {
    const { states } = this.#options;
    switch (consequence.kind) {
      case 'NEXT_API':
      case 'STOP':
        return Promise.resolve();
      case 'COOLDOWN':
        return states.startCooldown(account);
      case 'QUARANTINE':
        return this.#publishQuarantine(account, consequence.restMs);
    }
  }

  async #storeCooldown(
    transaction: Queryable,
    { id: accountId }: Account,
    reason: FailureCode,
    restMs: number,
  ): Promise<void> {
    const { audit, cooldownMs, clock } = this.#options;
    const from = clock();
    // What the broker names is a floor: the rest is never shorter than a cooldown.
    const cooldown = { from, until: new Date(from.getTime() + Math.max(cooldownMs, restMs)), reason };
    await changeAuthRecord(transaction, accountId, { cooldown });
    await audit.note(transaction, 'COOLDOWN_BEGUN', cooldown, { accountId });
  }

  async #storeQuarantine(
    transaction: Queryable,
    account: Account,
    { code, restMs }: Extract<Consequence, { kind: 'QUARANTINE' }>,
  ): Promise<void> {
    const accountId = account.id;
    const at = this.#options.clock();
    await changeAuthRecord(transaction, accountId, { quarantinedAt: at });
    await this.#options.audit.note(transaction, 'QUARANTINED', { reason: code }, { accountId });
    await raiseAlert(transaction, accountQuarantined(accountId, code, at), at);
    if (restMs !== null) await this.#storeCooldown(transaction, account, code, restMs);
  }

  async #publishQuarantine(account: Account, restMs: number | null): Promise<void> {
    const { states, log } = this.#options;
    log.error({ account: account.id }, 'account quarantined: the broker rejected its credentials');
    await states.publish(account);
    if (restMs !== null) await states.startCooldown(account);
  }
}
