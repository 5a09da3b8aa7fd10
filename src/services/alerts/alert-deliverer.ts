import { isDeadWriter } from '../../db/files/process-mark.ts';
import { openAlertTarget } from '../../db/queries/alerts/alert-channels.ts';
import {
  claimDelivery,
  findDue,
  findNextDue,
  settleDelivery,
  type WaitingDelivery,
} from '../../db/queries/alerts/alert-deliveries.ts';
import { findAlert } from '../../db/queries/alerts/alerts.ts';
import { type Alert, isSettled } from '../../domain/alert/alert.ts';
import { attemptTimeoutMs, isGivenUp, retryDelayMs } from '../../domain/alert/alert-delivery.ts';
import type { AlertMessage, SendResult } from '../../domain/alert/alert-sender.ts';
import { afterQuietHours } from '../../domain/alert/quiet-hours.ts';
import { listAlertChannels } from './alert-channels.ts';
import { makeAlertLink } from './alert-links.ts';
import { DeadManPing } from './dead-man-ping.ts';
import type { OutboxOptions } from './outbox-options.ts';
import { thisProcess } from './raise-alert.ts';

/** How often the outbox is looked at. */
const LOOK_MS = 250;
/** How many channels are told at once, each one alert at a time. */
const AT_ONCE = 8;
/** How many of each channel are looked at, because another process may be sending the first ones. */
const READ_OF_EACH = 20;
/** How many alerts for one channel are still sent while the program ends. */
const LAST_PASSES = 3;
/** What is not sent so long after the program was told to end is left to the next start. */
const END_MS = 5000;
/** Another process is sending it: longer than any attempt takes. */
const CLAIM_MS = 60_000;

/** Sends what is in the outbox. A delivery is claimed before it is sent, so that one process at a time sends it. */
export class AlertDeliverer implements AsyncDisposable {
  readonly #options: OutboxOptions;
  readonly #ping: DeadManPing;
  readonly #timer: NodeJS.Timeout;
  /** By channel. */
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #end = new AbortController();
  #looking: Promise<void> | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#ping = new DeadManPing(options, this.#end.signal);
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Tries once more what is due: a command that ends would leave it to the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    const deadline = setTimeout(() => this.#end.abort(), END_MS);
    await this.#looking;
    await Promise.all(this.#underWay.values());
    try {
      for (let pass = 0; pass < LAST_PASSES && !this.#end.signal.aborted; pass += 1) {
        if (!(await this.#sendDue())) break;
        await Promise.all(this.#underWay.values());
      }
    } catch (error) {
      this.#report(error);
    }
    await this.#ping[Symbol.asyncDispose]();
    clearTimeout(deadline);
  }

  #look(): void {
    if (this.#looking !== null) return;
    this.#looking = this.#lookOnce()
      .catch((error: unknown) => this.#report(error))
      .finally(() => {
        this.#looking = null;
      });
  }

  async #lookOnce(): Promise<void> {
    const { database, clock } = this.#options;
    const next = await database.cached('next alert', findNextDue);
    if (next !== null && next <= clock()) await this.#sendDue();
    await this.#ping.look();
  }

  /** True where it has begun to send something. */
  async #sendDue(): Promise<boolean> {
    const { database, clock } = this.#options;
    const due = await findDue(database.read, clock(), READ_OF_EACH);
    const before = this.#underWay.size;
    for (const delivery of due) {
      const { channelId } = delivery;
      if (this.#underWay.size >= AT_ONCE) break;
      if (this.#underWay.has(channelId) || !this.#isFree(delivery)) continue;
      const sending = this.#deliver(delivery)
        .catch((error: unknown) => this.#report(error))
        .finally(() => this.#underWay.delete(channelId));
      this.#underWay.set(channelId, sending);
    }
    return this.#underWay.size > before;
  }

  #isFree({ madeBy, claim }: WaitingDelivery): boolean {
    const { database, clock } = this.#options;
    // Each process has a memory of its own in an outage: what another living one has stored, that one sends.
    if (database.trouble !== null && !isThisProcess(madeBy) && !isDeadWriter(madeBy, database)) return false;
    return claim === null || claim.until <= clock() || isDeadWriter(claim.by, database);
  }

  async #deliver(delivery: WaitingDelivery): Promise<void> {
    const message = await this.#claim(delivery);
    if (message === null) return;
    const attempt = delivery.attempts + 1;
    const result = await this.#send(delivery, message, attempt);
    await this.#settle(delivery, message, attempt, result);
  }

  /** Null when another process sends it, or when nobody has to be told any more. */
  async #claim(delivery: WaitingDelivery): Promise<AlertMessage | null> {
    const { database, clock, linkBase } = this.#options;
    const now = clock();
    const until = new Date(now.getTime() + CLAIM_MS);
    return database.write(async (trx) => {
      const alert = await findAlert(trx, delivery.alertId);
      if (alert === null || (isSettled(alert) && delivery.reason !== 'SENT_AGAIN')) {
        await settleDelivery(trx, delivery.id, { state: 'CANCELLED', answer: null, dueAt: delivery.dueAt });
        return null;
      }
      if (!(await claimDelivery(trx, delivery, thisProcess(), { now, until }))) return null;
      return messageOf(delivery, alert, await makeAlertLink(trx, alert, linkBase(), now));
    });
  }

  async #send({ channelId }: WaitingDelivery, message: AlertMessage, attempt: number): Promise<SendResult> {
    const { database, sender } = this.#options;
    try {
      const target = await openAlertTarget(database.read, database.vault, channelId);
      if (target === null) return failure('the channel was removed');
      const timeoutMs = attemptTimeoutMs(attempt, target.kind);
      return await sender.send(target, message, { timeoutMs, signal: this.#end.signal });
    } catch (error) {
      this.#report(error);
      return failure('the channel could not be used');
    }
  }

  async #settle(
    delivery: WaitingDelivery,
    { accountId, kind }: AlertMessage,
    attempt: number,
    { isDelivered, answer, retryAfterMs }: SendResult,
  ): Promise<void> {
    const { database, audit, clock, log } = this.#options;
    const { id, channelId, channelName } = delivery;
    const now = clock();
    const described = { alert: kind, channel: channelId, attempt, answer };
    if (isDelivered) {
      await database.write((trx) =>
        settleDelivery(trx, id, { state: 'DELIVERED', answer, dueAt: delivery.dueAt }),
      );
      log.info(described, 'alert delivered');
      return;
    }
    const isLast = isGivenUp(attempt);
    const pause = Math.max(retryDelayMs(attempt), retryAfterMs ?? 0);
    const dueAt = await this.#quietUntil(delivery, kind, new Date(now.getTime() + pause));
    await database.write(async (trx) => {
      await settleDelivery(trx, id, { state: isLast ? 'FAILED' : 'PENDING', answer, dueAt });
      if (isLast) await audit.note(trx, 'ALERT_UNDELIVERED', { name: channelName, answer }, { accountId });
    });
    log.warn(
      described,
      isLast ? 'an alert is given up' : 'an alert could not be delivered; it is tried again',
    );
  }

  /** What a person has sent again is sent in quiet hours, too. */
  async #quietUntil(
    { channelId, reason }: WaitingDelivery,
    kind: AlertMessage['kind'],
    at: Date,
  ): Promise<Date> {
    if (reason === 'SENT_AGAIN' || kind === 'TEST') return at;
    const channels = await listAlertChannels(this.#options);
    const channel = channels.find(({ id }) => id === channelId);
    return afterQuietHours(channel?.quiet ?? null, kind, at);
  }

  #report(error: unknown): void {
    this.#options.log.error({ err: error }, 'the outbox of alerts could not be worked on');
  }
}

const isThisProcess = ({ id, birth }: WaitingDelivery['madeBy']): boolean =>
  id === thisProcess().id && birth === thisProcess().birth;

const failure = (answer: string): SendResult => ({ isDelivered: false, answer, retryAfterMs: null });

const messageOf = (
  { id, reason }: WaitingDelivery,
  { kind, accountId, title, text, raisedAt }: Alert,
  acknowledgeUrl: string | null,
): AlertMessage => ({
  ...{ id, kind, accountId, title, text, raisedAt, acknowledgeUrl },
  isEscalated: reason === 'NOT_ACKNOWLEDGED',
});
