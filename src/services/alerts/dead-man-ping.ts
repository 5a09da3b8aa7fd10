import { claimPing, notePing, openAlertTarget } from '../../db/queries/alerts/alert-channels.ts';
import { findUnanswered } from '../../db/queries/alerts/alerts.ts';
import { isOpen } from '../../domain/alert/alert.ts';
import type { AlertChannel } from '../../domain/alert/alert-channel.ts';
import { listAlertChannels } from './alert-channels.ts';
import type { OutboxOptions } from './outbox-options.ts';

const MINUTE_MS = 60_000;
const TIMEOUT_MS = 10_000;

/** Tells a watch elsewhere that all is well. It falls silent with this program, and while an alert is unanswered. */
export class DeadManPing implements AsyncDisposable {
  readonly #options: OutboxOptions;
  readonly #signal: AbortSignal;
  #pinging: Promise<void> | null = null;

  /** `signal` ends a ping that is under way. */
  constructor(options: OutboxOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  async look(): Promise<void> {
    const { database, clock, log } = this.#options;
    if (this.#pinging !== null || database.trouble !== null) return;
    const due = (await listAlertChannels({ database })).filter((channel) => isDue(channel, clock()));
    if (due.length === 0 || (await database.cached('unanswered alerts', findUnanswered)).some(isOpen)) return;
    this.#pinging = Promise.all(due.map((channel) => this.#pingOnce(channel)))
      .then(() => undefined)
      .catch((error: unknown) => log.error({ err: error }, 'a heartbeat could not be sent'))
      .finally(() => {
        this.#pinging = null;
      });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pinging;
  }

  async #pingOnce(channel: AlertChannel): Promise<void> {
    const { database, sender, clock, log } = this.#options;
    if (!(await database.write((trx) => claimPing(trx, channel, clock())))) return;
    const target = await openAlertTarget(database.read, database.vault, channel.id);
    if (target === null) return;
    const { isDelivered, answer } = await sender.ping(target, {
      timeoutMs: TIMEOUT_MS,
      signal: this.#signal,
    });
    await database.write((trx) => notePing(trx, channel.id, answer));
    if (!isDelivered) log.warn({ channel: channel.id, answer }, 'a heartbeat was not taken');
  }
}

/** A clock that was set back makes it due as well. */
const isDue = ({ kind, afterMinutes, pingedAt }: AlertChannel, now: Date): boolean => {
  if (kind !== 'HEARTBEAT') return false;
  const passed = pingedAt === null ? Number.POSITIVE_INFINITY : now.getTime() - pingedAt.getTime();
  return passed < 0 || passed >= afterMinutes * MINUTE_MS;
};
