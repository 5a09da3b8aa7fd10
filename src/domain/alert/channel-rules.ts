import { isPrivateHost } from '../net/private-address.ts';
import { Secret } from '../secret.ts';
import type { ChannelKind, ChannelTarget } from './alert-channel.ts';

/** Telegram's own server; another one may be named. */
export const TELEGRAM_URL = 'https://api.telegram.org';

const PROTOCOLS: Readonly<Record<ChannelKind, readonly [safe: string, plain: string]>> = {
  WEBHOOK: ['https:', 'http:'],
  EMAIL: ['smtps:', 'smtp:'],
  NTFY: ['https:', 'http:'],
  TELEGRAM: ['https:', 'http:'],
  SLACK: ['https:', 'http:'],
  HEARTBEAT: ['https:', 'http:'],
};

const MAIL_ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+$/;

/** What is wrong with how a channel is to be reached; null where nothing is. No value is repeated. */
export const targetFault = (target: ChannelTarget, allowedHosts: readonly string[]): string | null =>
  addressFault(target, allowedHosts) ?? partFault(target);

/** The host of an address that is none of this machine's network, unless it is allowed by name. */
export const addressFault = (
  { kind, url }: Pick<ChannelTarget, 'kind' | 'url'>,
  allowedHosts: readonly string[],
): string | null => {
  const [safe, plain] = PROTOCOLS[kind];
  const text = url.reveal();
  if (!URL.canParse(text)) return `url should be an address such as ${safe}//example.com.`;
  const { protocol, username, password } = new URL(text);
  const hostname = hostOf(text);
  const isAllowed = allowedHosts.includes(hostname);
  if (hostname === '' || username !== '' || password !== '')
    return 'url should name a host, and neither user nor password.';
  if (!isAllowed && isPrivateHost(hostname))
    return 'url leads to this machine or its own network. Name its host in VEGA_ALERT_HOSTS to allow it.';
  // STARTTLS makes plain SMTP safe, and is insisted on.
  const mayBePlain = kind === 'EMAIL' || isAllowed;
  if (protocol === safe || (protocol === plain && mayBePlain)) return null;
  return `url should begin with ${safe}//${kind === 'EMAIL' ? ` or ${plain}//` : ''}.`;
};

const partFault = ({ kind, url, secret, user, sender, recipient }: ChannelTarget): string | null => {
  switch (kind) {
    case 'WEBHOOK':
      return isSigningSecret(secret) ? null : 'secret should be whsec_ and 24 to 64 bytes in base64.';
    case 'EMAIL':
      if (sender === null || !MAIL_ADDRESS.test(sender)) return 'sender should be an e-mail address.';
      if (recipient === null || !recipient.split(',').every((one) => MAIL_ADDRESS.test(one.trim())))
        return 'recipient should be e-mail addresses, separated by commas.';
      return (user === null) === (secret === null) ? null : 'user and secret belong together.';
    case 'NTFY':
      return /^\/[\w-]{1,64}$/.test(pathOf(url)) ? null : 'url should be the server and the topic.';
    case 'TELEGRAM':
      if (secret === null || !/^\d+:[\w-]+$/.test(secret.reveal()))
        return 'secret should be the token of a bot.';
      return recipient !== null && /^(?:-?\d+|@\w+)$/.test(recipient)
        ? null
        : 'recipient should be a chat’s id.';
    case 'SLACK':
    case 'HEARTBEAT':
      return null;
  }
};

const isSigningSecret = (secret: Secret | null): boolean => {
  const [, base64] = /^whsec_([A-Za-z\d+/]+={0,2})$/.exec(secret?.reveal() ?? '') ?? [];
  return base64 !== undefined && base64.length >= 32 && base64.length <= 88;
};

/** `URL` leaves the hosts of protocols that it does not know as they are. */
export const hostOf = (text: string): string => {
  const asWeb = text.replace(/^smtps?:/i, 'https:');
  return URL.canParse(asWeb) ? new URL(asWeb).hostname.replace(/\.$/, '') : '';
};

const pathOf = (url: Secret): string => new URL(url.reveal()).pathname;

/** The host alone: the rest of the address may be a secret. */
export const destinationOf = ({ url }: Pick<ChannelTarget, 'url'>): string => hostOf(url.reveal());

export const writeTarget = ({ url, secret, ...rest }: ChannelTarget): Secret =>
  new Secret(JSON.stringify({ ...rest, url: url.reveal(), secret: secret?.reveal() ?? null }));

export const readTarget = (text: Secret): ChannelTarget => {
  const { url, secret, ...rest } = JSON.parse(text.reveal()) as Omit<ChannelTarget, 'url' | 'secret'> & {
    readonly url: string;
    readonly secret: string | null;
  };
  return { ...rest, url: new Secret(url), secret: secret === null ? null : new Secret(secret) };
};
