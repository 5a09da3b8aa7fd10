import { domainToASCII } from 'node:url';
import type { ChannelTarget } from '../domain/alert/alert-channel.ts';
import type { AlertMessage, SendResult } from '../domain/alert/alert-sender.ts';
import { bodyOf, titleOf } from '../domain/alert/alert-words.ts';
import { hostOf } from '../domain/alert/channel-rules.ts';
import { type Resolve, resolvePublic } from './guarded-lookup.ts';

const [SMTPS_PORT, SUBMISSION_PORT] = [465, 587];
/** A mail server may take its time before it says a word. */
const STEP_TIMEOUT_MS = 15_000;
/** Mails of which it is remembered who has them. */
const MAX_REMEMBERED = 100;

const DELIVERED: SendResult = { isDelivered: true, answer: 'SMTP 250', retryAfterMs: null };

interface MailOptions {
  readonly allowedHosts: readonly string[];
  readonly resolve: Resolve;
  readonly accepted: AcceptedRecipients;
  readonly signal: AbortSignal;
}

/** Whom the server has taken a mail for, while it has refused it for others: a retry goes to the others alone. */
export class AcceptedRecipients {
  readonly #byMail = new Map<string, readonly string[]>();

  without(mail: string, recipients: readonly string[]): readonly string[] {
    const accepted = this.#byMail.get(mail) ?? [];
    return recipients.filter((recipient) => !accepted.includes(recipient));
  }

  add(mail: string, recipients: readonly string[]): void {
    this.#byMail.set(mail, [...(this.#byMail.get(mail) ?? []), ...recipients]);
    const [oldest] = this.#byMail.keys();
    if (this.#byMail.size > MAX_REMEMBERED && oldest !== undefined) this.#byMail.delete(oldest);
  }
}

/** Sends one e-mail, over TLS unless the server is allowed by name: then it may be a relay without it. */
export const sendMail = async (
  { url, user, secret, sender, recipient }: ChannelTarget,
  message: AlertMessage,
  { allowedHosts, resolve, accepted, signal }: MailOptions,
): Promise<SendResult> => {
  const all = [...new Set((recipient ?? '').split(',').map((one) => asciiAddress(one.trim())))];
  const to = accepted.without(message.id, all);
  // Whom it was refused for is no longer a recipient of the channel.
  if (to.length === 0) return DELIVERED;
  const host = hostOf(url.reveal());
  const isAllowed = allowedHosts.includes(host);
  const [address] = await resolvePublic(host, isAllowed, resolve);
  const { protocol, port } = new URL(url.reveal());
  const isSecure = protocol === 'smtps:';
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    // The address that was judged; the certificate is that of the name.
    host: address?.address ?? host,
    port: port === '' ? (isSecure ? SMTPS_PORT : SUBMISSION_PORT) : Number(port),
    secure: isSecure,
    requireTLS: !isSecure && (!isAllowed || user !== null),
    ignoreTLS: !isSecure && isAllowed && user === null,
    tls: { servername: host },
    ...(user === null ? {} : { auth: { user, pass: secret?.reveal() ?? '' } }),
    connectionTimeout: STEP_TIMEOUT_MS,
    greetingTimeout: STEP_TIMEOUT_MS,
    socketTimeout: STEP_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const {
    accepted: taken,
    rejected,
    rejectedErrors,
  } = await transport.sendMail({
    from: sender ?? '',
    to: all,
    envelope: { from: sender ?? '', to: [...to] },
    subject: titleOf(message),
    text: bodyOf(message),
    // The same at every try, so that a repetition is known as one.
    messageId: `<${message.id}@vega-auth.invalid>`,
    headers: { 'auto-submitted': 'auto-generated' },
    signal,
  });
  if (rejected.length === 0) return DELIVERED;
  accepted.add(message.id, taken.map(asciiAddress));
  const [reason] = rejectedErrors ?? [];
  const answer = `SMTP ${reason?.responseCode ?? 250}: refused for ${rejected.length} of ${all.length} recipients`;
  return { isDelivered: false, answer, retryAfterMs: null };
};

/** With the domain in lower case and ASCII: the transport names whom the server has taken a mail for in that form. */
const asciiAddress = (address: string): string => {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  return `${address.slice(0, at)}@${domainToASCII(domain) || domain.toLowerCase()}`;
};
