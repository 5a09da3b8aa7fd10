import type { ChannelTarget } from '../domain/alert/alert-channel.ts';
import type { AlertMessage, AlertSender, SendResult } from '../domain/alert/alert-sender.ts';
import { addressFault } from '../domain/alert/channel-rules.ts';
import type { ProxySettings } from '../domain/net/proxy.ts';
import { PrivateAddress, type Resolve, resolveName } from './guarded-lookup.ts';
import { requestOf } from './requests.ts';
import { sendMail } from './send-mail.ts';
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

  constructor({ proxy, allowedHosts, resolve = resolveName }: Options) {
    this.#options = { proxy, allowedHosts, resolve };
  }

  get allowedHosts(): readonly string[] {
    return this.#options.allowedHosts;
  }

  send(target: ChannelTarget, message: AlertMessage, timeoutMs: number): Promise<SendResult> {
    return this.#attempt(target, () => {
      const { kind } = target;
      if (kind === 'EMAIL') return sendMail(target, message, this.#options);
      if (kind === 'HEARTBEAT') throw new Error('A heartbeat is pinged.');
      return sendRequest({ ...requestOf(kind, target, message), timeoutMs }, this.#options);
    });
  }

  ping(target: ChannelTarget, timeoutMs: number): Promise<SendResult> {
    return this.#attempt(target, () =>
      sendRequest({ url: target.url.reveal(), method: 'GET', timeoutMs }, this.#options),
    );
  }

  /** The address is judged again: what is allowed may have changed since it was saved. */
  async #attempt(target: ChannelTarget, send: () => Promise<SendResult>): Promise<SendResult> {
    try {
      if (addressFault(target, this.#options.allowedHosts) !== null) throw new PrivateAddress();
      return await send();
    } catch (error) {
      return ofError(error);
    }
  }
}
