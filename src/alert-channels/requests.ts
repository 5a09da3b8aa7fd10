import { Webhook } from 'standardwebhooks';
import type { ChannelKind, ChannelTarget } from '../domain/alert/alert-channel.ts';
import type { AlertMessage } from '../domain/alert/alert-sender.ts';
import { bodyOf, titleOf } from '../domain/alert/alert-words.ts';
import type { WebRequest } from './web-client.ts';

type Request = Omit<WebRequest, 'signal'>;

/** Telegram, Slack and ntfy cut longer texts or refuse them. */
const MAX_TEXT = 3500;

/** Only the text itself is shortened: the link that acknowledges stands after it. */
const fitting = (message: AlertMessage, render: (message: AlertMessage) => string): string => {
  const whole = render(message);
  const { text } = message;
  const tooMuch = whole.length - MAX_TEXT;
  if (tooMuch <= 0) return whole;
  return render({ ...message, text: `${text.slice(0, Math.max(0, text.length - tooMuch - 1))}…` });
};

/** The one request by which a channel of the web is told. */
export const requestOf = (
  kind: Exclude<ChannelKind, 'EMAIL' | 'HEARTBEAT'>,
  target: ChannelTarget,
  message: AlertMessage,
): Request => {
  switch (kind) {
    case 'WEBHOOK':
      return webhook(target, message);
    case 'NTFY':
      return ntfy(target, message);
    case 'TELEGRAM':
      return telegram(target, message);
    case 'SLACK':
      return slack(target, message);
  }
};

const post = (url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Request => ({
  url,
  method: 'POST',
  headers: { 'content-type': 'application/json', 'user-agent': 'vega-auth', ...headers },
  body: JSON.stringify(body),
});

/** Signed as standardwebhooks.com has it. */
const webhook = ({ url, secret }: ChannelTarget, message: AlertMessage): Request => {
  const { id, kind, accountId, title, text, raisedAt, isEscalated, acknowledgeUrl } = message;
  const data = { kind, accountId, title, text, raisedAt, isEscalated, acknowledgeUrl };
  const now = new Date();
  const request = post(url.reveal(), { type: `alert.${kind.toLowerCase()}`, timestamp: now, data });
  const signature = new Webhook(secret?.reveal() ?? '').sign(id, now, request.body ?? '');
  return {
    ...request,
    headers: {
      ...request.headers,
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': signature,
    },
  };
};

/** Published as JSON to the server, because headers cannot hold every letter. */
const ntfy = ({ url, secret }: ChannelTarget, message: AlertMessage): Request => {
  const { origin, pathname } = new URL(url.reveal());
  const isUrgent = message.kind === 'HUMAN_NEEDED' || message.isEscalated;
  const click = message.acknowledgeUrl === null ? {} : { click: message.acknowledgeUrl };
  return post(
    origin,
    {
      topic: pathname.slice(1),
      title: titleOf(message),
      message: fitting(message, bodyOf),
      priority: isUrgent ? 5 : 4,
      tags: [message.kind.toLowerCase()],
      ...click,
    },
    secret === null ? {} : { authorization: `Bearer ${secret.reveal()}` },
  );
};

const telegram = ({ url, secret, recipient }: ChannelTarget, message: AlertMessage): Request =>
  post(`${new URL(url.reveal()).origin}/bot${secret?.reveal() ?? ''}/sendMessage`, {
    chat_id: recipient,
    text: fitting(message, (fitted) => `${titleOf(fitted)}\n\n${bodyOf(fitted)}`),
    // A preview would open the link.
    link_preview_options: { is_disabled: true },
  });

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const slack = ({ url }: ChannelTarget, message: AlertMessage): Request => {
  const escaped = (text: string) => text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? '');
  const text = fitting(message, (fitted) => `*${escaped(titleOf(fitted))}*\n${escaped(bodyOf(fitted))}`);
  return post(url.reveal(), { text, unfurl_links: false });
};
