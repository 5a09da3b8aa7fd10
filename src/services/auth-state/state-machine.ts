import { changeAuthRecord, findAuthRecord, movePhase } from '../../db/queries/auth-states.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import { gateOpened } from '../../domain/alert/alert-drafts.ts';
import { type AuthTrigger, isConfirmedAfter, transitionOf } from '../../domain/auth/auth-phase.ts';
import type { AuditReference } from '../../domain/events/audit.ts';
import type { Logger } from '../../log.ts';
import { KINDS_OF_TOKENS, resolveAlerts } from '../alerts/raise-alert.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { currentCorrelation } from '../audit/correlation.ts';
import type { Runs } from '../runs/runs.ts';
import type { StateReader } from './state-reader.ts';

interface Options extends AuditedWrites {
  readonly runs: Runs;
  readonly log: Logger;
}

/** Stores the steps of the state machine, and whether the set is confirmed; publishes nothing. */
export class StateMachine {
  readonly #reader: StateReader;
  readonly #options: Options;

  constructor(reader: StateReader, options: Options) {
    this.#reader = reader;
    this.#options = options;
  }

  /** False when the trigger leads nowhere from where the account stands. `along` is stored with the step. */
  async step(
    account: Account,
    trigger: AuthTrigger,
    along?: (transaction: Queryable) => Promise<void>,
  ): Promise<boolean> {
    const { database, audit, clock, log, runs } = this.#options;
    const { phase } = await this.#reader.record(account);
    const transition = transitionOf(phase, trigger);
    if (transition === null) return false;
    const { to } = transition;
    const run = trigger === 'SET_CONFIRMED' ? await runs.latest(account.id) : null;
    const hasMoved = await database.write(async (transaction) => {
      const { isConfirmed } = await findAuthRecord(transaction, account.id);
      if (!(await movePhase(transaction, account.id, phase, to, clock()))) return false;
      await along?.(transaction);
      await audit.note(transaction, 'STATE_CHANGED', { from: phase, to }, this.#referenceOf(account));
      await this.#setConfirmed(transaction, account, isConfirmed, isConfirmedAfter(trigger, isConfirmed));
      // A gate that was open already ends no report of a run that has stopped since; a run that completed does.
      if (trigger === 'SET_CONFIRMED' && (!isConfirmed || run?.status === 'COMPLETED')) {
        const reported = { kinds: KINDS_OF_TOKENS, accountId: account.id };
        await resolveAlerts(transaction, reported, gateOpened(account.id), clock());
      }
      return true;
    });
    if (hasMoved) log.info({ account: account.id, from: phase, to, trigger }, 'state');
    return hasMoved;
  }

  /** What was confirmed has to be confirmed again. */
  async endConfirmation(account: Account): Promise<void> {
    await this.#options.database.write(async (transaction) => {
      const { isConfirmed } = await findAuthRecord(transaction, account.id);
      await this.#setConfirmed(transaction, account, isConfirmed, false);
    });
  }

  async #setConfirmed(
    transaction: Queryable,
    account: Account,
    before: boolean,
    isConfirmed: boolean,
  ): Promise<void> {
    if (before === isConfirmed) return;
    await changeAuthRecord(transaction, account.id, { isConfirmed });
    const kind = isConfirmed ? 'GATE_OPENED' : 'GATE_CLOSED';
    await this.#options.audit.note(transaction, kind, {}, this.#referenceOf(account));
  }

  #referenceOf({ id: accountId }: Account): AuditReference {
    const correlationId = currentCorrelation() ?? this.#options.runs.live(accountId)?.id ?? null;
    return { accountId, correlationId };
  }
}
