import type { ChannelTarget } from '../domain/alert/alert-channel.ts';
import type { AlertMessage, SendResult } from '../domain/alert/alert-sender.ts';
import { bodyOf, titleOf } from '../domain/alert/alert-words.ts';
import { hostOf } from '../domain/alert/channel-rules.ts';
import { type Resolve, resolvePublic } from './guarded-lookup.ts';

const [SMTPS_PORT, SUBMISSION_PORT] = [465, 587];
/** A mail server may take its time before it says a word. */
const STEP_TIMEOUT_MS = 15_000;
const WHOLE_TIMEOUT_MS = 45_000;

interface MailOptions {
  readonly allowedHosts: readonly string[];
  readonly resolve: Resolve;
}

/** Sends one e-mail, over TLS unless the server is allowed by name: then it may be a relay without it. */
export const sendMail = async (
  { url, user, secret, sender, recipient }: ChannelTarget,
  message: AlertMessage,
  { allowedHosts, resolve }: MailOptions,
): Promise<SendResult> => {
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
  const sending = transport.sendMail({
    from: sender ?? '',
    to: recipient ?? '',
    subject: titleOf(message),
    text: bodyOf(message),
    // The same at every try, so that a repetition is known as one.
    messageId: `<${message.id}@vega-auth.invalid>`,
    headers: { 'auto-submitted': 'auto-generated' },
  });
  try {
    await Promise.race([sending, timeout()]);
    return { isDelivered: true, answer: 'SMTP 250', retryAfterMs: null };
  } finally {
    sending.catch(() => undefined);
    transport.close();
  }
};

const timeout = (): Promise<never> =>
  new Promise((_resolve, reject) => {
    const signal = AbortSignal.timeout(WHOLE_TIMEOUT_MS);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
