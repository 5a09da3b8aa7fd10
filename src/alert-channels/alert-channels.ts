import type { ChannelTarget } from '../domain/alert/alert-channel.ts';
import type { AlertMessage, AlertSender, SendLimits, SendResult } from '../domain/alert/alert-sender.ts';
import { addressFault } from '../domain/alert/channel-rules.ts';
import type { ProxySettings } from '../domain/net/proxy.ts';
import { unlessAborted } from '../domain/unless-aborted.ts';
import { PrivateAddress, type Resolve, resolveName } from './guarded-lookup.ts';
import { requestOf } from './requests.ts';
import { AcceptedRecipients, sendMail } from './send-mail.ts';
import { ofError } from './send-result.ts';
import { sendRequest, type WebOptions } from './web-client.ts';

interface Options {
  readonly proxy: ProxySettings | null;
  /** Hosts of this machine's own network that may be reached. */
  readonly allowedHosts: readonly string[];
  /** How names are looked up; the system's way if left out. */
  readonly resolve?: Resolve;
}

/** Reaches the channels of alerts: one request or one e-mail each. */
export class AlertChannels implements AlertSender {
  readonly #options: WebOptions;
  readonly #accepted = new AcceptedRecipients();

  constructor({ proxy, allowedHosts, resolve = resolveName }: Options) {
    this.#options = { proxy, allowedHosts, resolve };
  }

  get allowedHosts(): readonly string[] {
    return this.#options.allowedHosts;
  }

  send(target: ChannelTarget, message: AlertMessage, limits: SendLimits): Promise<SendResult> {
    return this.#attempt(target, limits, (signal) => {
      const { kind } = target;
      const accepted = this.#accepted;
      if (kind === 'EMAIL') return sendMail(target, message, { ...this.#options, accepted, signal });
      if (kind === 'HEARTBEAT') throw new Error('A heartbeat is pinged.');
      return sendRequest({ ...requestOf(kind, target, message), signal }, this.#options);
    });
  }

  ping(target: ChannelTarget, limits: SendLimits): Promise<SendResult> {
    return this.#attempt(target, limits, (signal) =>
      sendRequest({ url: target.url.reveal(), method: 'GET', signal }, this.#options),
    );
  }

  /** The address is judged again: what is allowed may have changed since it was saved. */
  async #attempt(
    target: ChannelTarget,
    { timeoutMs, signal: end }: SendLimits,
    send: (signal: AbortSignal) => Promise<SendResult>,
  ): Promise<SendResult> {
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = end === undefined ? limit : AbortSignal.any([limit, end]);
    try {
      if (addressFault(target, this.#options.allowedHosts) !== null) throw new PrivateAddress();
      // A name that is being looked up does not listen to the signal.
      return await unlessAborted(signal, send(signal));
    } catch (error) {
      return ofError(error);
    }
  }
}
