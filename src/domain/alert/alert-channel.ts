import type { Secret } from '../secret.ts';
import type { AlertKind } from './alert.ts';

export const CHANNEL_KINDS = ['WEBHOOK', 'EMAIL', 'NTFY', 'TELEGRAM', 'SLACK', 'HEARTBEAT'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** Hours of India in which a channel keeps still; they may go over midnight. */
export interface QuietHours {
  /** `HH:mm`. */
  readonly from: string;
  readonly until: string;
}

/** Where alerts go, as far as people may read it. */
export interface AlertChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: ChannelKind;
  /** The host alone: the rest of an address may be as good as a password. */
  readonly destination: string;
  /** Null for every kind. */
  readonly kinds: readonly AlertKind[] | null;
  /** Null for every account. */
  readonly accountId: string | null;
  /** Sent here only when nobody has acknowledged for so long; 0 for at once. Of a HEARTBEAT: the time between two pings. */
  readonly afterMinutes: number;
  readonly quiet: QuietHours | null;
  readonly createdAt: Date;
  /** Of a HEARTBEAT. */
  readonly pingedAt: Date | null;
  readonly pingAnswer: string | null;
}

/** How a channel is reached. It is sealed as a whole. */
export interface ChannelTarget {
  readonly kind: ChannelKind;
  /** Of an EMAIL the SMTP server, such as `smtps://mail.example.com`. */
  readonly url: Secret;
  /** The signing secret, the bot's token, the access token or the password of the SMTP user. */
  readonly secret: Secret | null;
  /** The SMTP user. */
  readonly user: string | null;
  /** The address that an e-mail comes from. */
  readonly sender: string | null;
  /** The addresses that an e-mail goes to; the chat's id at Telegram. */
  readonly recipient: string | null;
}
