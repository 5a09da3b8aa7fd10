import type { AlertKind } from './alert.ts';
import type { ChannelTarget } from './alert-channel.ts';

/** What is sent to a channel. */
export interface AlertMessage {
  /** The same at every try, so that a receiver can tell a repetition. */
  readonly id: string;
  /** TEST tells nothing but that the channel works. */
  readonly kind: AlertKind | 'TEST';
  readonly accountId: string | null;
  readonly title: string;
  readonly text: string;
  readonly raisedAt: Date;
  readonly isEscalated: boolean;
  /** Where a person acknowledges it. */
  readonly acknowledgeUrl: string | null;
}

export interface SendResult {
  readonly isDelivered: boolean;
  /** Such as `HTTP 204` or `ECONNREFUSED`: never a part of the address or of what was answered. */
  readonly answer: string;
  /** How long the receiver wants to be left alone; null where it did not say. */
  readonly retryAfterMs: number | null;
}

/** How long an attempt may take. */
export interface SendLimits {
  readonly timeoutMs: number;
  /** Ends it before that. */
  readonly signal?: AbortSignal;
}

/** Reaches channels. It never throws for what a receiver does. */
export interface AlertSender {
  /** Hosts of this machine's own network that may be reached. */
  readonly allowedHosts: readonly string[];
  send(target: ChannelTarget, message: AlertMessage, limits: SendLimits): Promise<SendResult>;
  /** Tells a HEARTBEAT that all is well. */
  ping(target: ChannelTarget, limits: SendLimits): Promise<SendResult>;
}
