import type { Account } from '../../domain/account/account.ts';
import type { AuthState } from '../../domain/auth/auth-state.ts';
import type { TokenProgress } from '../../domain/run/generation-run.ts';
import type { EventLog } from '../events/event-log.ts';
import type { AccountView } from './state-reader.ts';

/** Publishes the states of accounts, and keeps what was published last, so that changes are noticed. */
export class StatePublisher {
  readonly #events: EventLog;
  readonly #states = new Map<string, string>();
  readonly #progress = new Map<string, string>();

  constructor(events: EventLog) {
    this.#events = events;
  }

  publishState({ id }: Account, authState: AuthState): void {
    this.#states.set(id, factsOfState(authState));
    this.#events.publish(id, { kind: 'AUTH_STATE', authState });
  }

  publishProgress({ id }: Account, progress: TokenProgress): void {
    this.#progress.set(id, factsOfProgress(progress));
    this.#events.publish(id, { kind: 'TOKEN_PROGRESS', progress });
  }

  publishCooldown({ id }: Account, { cooldown }: AuthState): void {
    this.#events.publish(id, { kind: 'COOLDOWN', cooldown });
  }

  /** Publishes everything, for readers that have not followed the account so far. */
  publishAll(account: Account, { authState, progress }: AccountView): void {
    this.publishState(account, authState);
    this.publishProgress(account, progress);
    this.publishCooldown(account, authState);
  }

  /** Publishes what differs from the last time. The first time nothing was published yet, and what is there is noted. */
  publishChanges(account: Account, { authState, progress }: AccountView): void {
    const state = this.#states.get(account.id);
    if (state === undefined) this.#states.set(account.id, factsOfState(authState));
    else if (state !== factsOfState(authState)) this.publishState(account, authState);
    const numbers = this.#progress.get(account.id);
    if (numbers === undefined) this.#progress.set(account.id, factsOfProgress(progress));
    else if (numbers !== factsOfProgress(progress)) this.publishProgress(account, progress);
  }
}

/** What changes without a step of the state machine. */
const factsOfState = ({ primaryPresent, blockedBy, nextOperations }: AuthState): string =>
  JSON.stringify([primaryPresent, blockedBy, nextOperations]);

const factsOfProgress = ({ total, generated, missing }: TokenProgress): string =>
  JSON.stringify([total, generated, missing]);
