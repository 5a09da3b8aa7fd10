import type { Fact } from '../../db/change.ts';
import { changeAuthRecord } from '../../db/queries/auth-states.ts';
import type { Account } from '../../domain/account/account.ts';
import { accountQuarantined } from '../../domain/alert/alert-drafts.ts';
import { type Consequence, consequenceOf } from '../../domain/run/consequence.ts';
import type { FailureCode, FailureReason } from '../../domain/run/failure.ts';
import type { Logger } from '../../log.ts';
import { raiseAlert } from '../alerts/raise-alert.ts';
import type { Audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import type { AlongWrite } from '../runs/live-run.ts';
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

  /** What is stored in the transaction of the failure, so that a crash loses neither; with the same as facts. */
  plan(account: Account, reason: FailureReason): AlongWrite {
    const { code } = reason;
    const consequence = consequenceOf(reason);
    switch (consequence.kind) {
      case 'NEXT_API':
      case 'STOP':
        return { store: async () => undefined, facts: [] };
      case 'COOLDOWN':
        return this.#plan(account, code, { isQuarantined: false, restMs: consequence.restMs });
      case 'QUARANTINE':
        return this.#plan(account, consequence.code, { isQuarantined: true, restMs: consequence.restMs });
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

  #plan(
    { id: accountId }: Account,
    code: FailureCode,
    { isQuarantined, restMs }: { readonly isQuarantined: boolean; readonly restMs: number | null },
  ): AlongWrite {
    const { audit, cooldownMs, clock } = this.#options;
    const at = clock();
    const quarantine = isQuarantined ? { quarantinedAt: at } : {};
    // What the broker names is a floor: the rest is never shorter than a cooldown.
    const until = (ms: number) => new Date(at.getTime() + Math.max(cooldownMs, ms));
    const cooldown = restMs === null ? null : { from: at, until: until(restMs), reason: code };
    const rest = { ...quarantine, ...(cooldown === null ? {} : { cooldown }) };
    const entries = [
      ...(isQuarantined ? [audit.entry('QUARANTINED', { reason: code }, { accountId })] : []),
      ...(cooldown === null ? [] : [audit.entry('COOLDOWN_BEGUN', cooldown, { accountId })]),
    ];
    return {
      store: async (transaction) => {
        await changeAuthRecord(transaction, accountId, rest);
        await audit.append(transaction, entries);
        if (isQuarantined) await raiseAlert(transaction, accountQuarantined(accountId, code, at), at);
      },
      facts: [{ kind: 'REST', accountId, rest }, ...entries.map((entry): Fact => ({ kind: 'AUDIT', entry }))],
    };
  }

  async #publishQuarantine(account: Account, restMs: number | null): Promise<void> {
    const { states, log } = this.#options;
    log.error({ account: account.id }, 'account quarantined: the broker rejected its credentials');
    await states.publish(account);
    if (restMs !== null) await states.startCooldown(account);
  }
}
