import { SMTPServer } from 'smtp-server';
import { expect, test } from 'vitest';
import { AlertChannels } from '../../src/alert-channels/alert-channels.ts';
import type { ChannelKind, ChannelTarget } from '../../src/domain/alert/alert-channel.ts';
import type { AlertMessage } from '../../src/domain/alert/alert-sender.ts';
import { Secret } from '../../src/domain/secret.ts';
import { openReceiver, until } from './receiver.ts';

const ALLOWED = new AlertChannels({ proxy: null, allowedHosts: ['127.0.0.1'] });

const target = (kind: ChannelKind, url: string, more: Partial<ChannelTarget> = {}): ChannelTarget => ({
  ...{ kind, url: new Secret(url), secret: null, user: null, sender: null, recipient: null },
  ...more,
});

const MESSAGE: AlertMessage = {
  id: 'delivery_1',
  kind: 'HUMAN_NEEDED',
  accountId: 'UPSTOX_01',
  title: 'UPSTOX_01: <a person> is needed',
  text: 'Look at the run.',
  raisedAt: new Date('2026-11-30T01:00:00Z'),
  isEscalated: false,
  acknowledgeUrl: 'https://vega.example/alerts/acknowledge/x',
};

const LIMITS = { timeoutMs: 3000 };

const BODY = `Look at the run.
Raised 2026-11-30 06:30:00 IST.
Acknowledge: https://vega.example/alerts/acknowledge/x`;

test('ntfy, Telegram and Slack each get one POST in their own shape', async () => {
  await using receiver = await openReceiver(() => 200);
  const { url, received } = receiver;
  const channels = [
    target('NTFY', `${url}/topic`, { secret: new Secret('tk_1') }),
    target('TELEGRAM', url, { secret: new Secret('12:abc'), recipient: '-100' }),
    target('SLACK', `${url}/services/T/B/x`),
  ];
  for (const channel of channels)
    expect(await ALLOWED.send(channel, MESSAGE, LIMITS)).toMatchObject({
      isDelivered: true,
      answer: 'HTTP 200',
    });
  expect(received.map(({ method, path, body }) => ({ method, path, body: JSON.parse(body) }))).toEqual([
    {
      method: 'POST',
      path: '/',
      body: {
        ...{ topic: 'topic', title: MESSAGE.title, message: BODY, priority: 5, tags: ['human_needed'] },
        click: MESSAGE.acknowledgeUrl,
      },
    },
    {
      method: 'POST',
      path: '/bot12:abc/sendMessage',
      body: {
        ...{ chat_id: '-100', text: `${MESSAGE.title}\n\n${BODY}` },
        link_preview_options: { is_disabled: true },
      },
    },
    {
      method: 'POST',
      path: '/services/T/B/x',
      body: { text: `*UPSTOX_01: &lt;a person&gt; is needed*\n${BODY}`, unfurl_links: false },
    },
  ]);
  expect(received[0]?.headers.authorization).toBe('Bearer tk_1');
});

test('a long text is shortened, and the link that acknowledges it stays', async () => {
  await using receiver = await openReceiver(() => 200);
  const { url, received } = receiver;
  const channels = [
    target('NTFY', `${url}/topic`),
    target('TELEGRAM', url, { secret: new Secret('12:abc'), recipient: '-100' }),
    target('SLACK', `${url}/services/T/B/x`),
  ];
  for (const channel of channels)
    await ALLOWED.send(channel, { ...MESSAGE, text: '<x> & '.repeat(1000) }, LIMITS);
  const texts = received.map(({ body }) => JSON.parse(body)).map(({ text, message }) => text ?? message);
  expect(texts).toHaveLength(3);
  for (const text of texts) {
    expect(text.length).toBeLessThanOrEqual(3500);
    expect(text.endsWith(`…\nRaised 2026-11-30 06:30:00 IST.\nAcknowledge: ${MESSAGE.acknowledgeUrl}`)).toBe(
      true,
    );
  }
});

const openMailServer = async () => {
  const mails: string[] = [];
  /** Whom each mail was taken for. */
  const recipients: string[][] = [];
  const refused = new Set<string>();
  const logins: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: ({ username = '' }, _session, callback) => {
      logins.push(username);
      callback(null, { user: username });
    },
    onRcptTo: ({ address }, _session, callback) => {
      if (!refused.has(address)) return callback();
      return callback(Object.assign(new Error('No such user'), { responseCode: 550 }));
    },
    onData: (stream, { envelope }, callback) => {
      recipients.push(envelope.rcptTo.map(({ address }) => address));
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push(Buffer.concat(chunks).toString('utf8'));
        callback();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as { port: number };
  return {
    mails,
    recipients,
    refused,
    logins,
    url: `smtp://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
};

const MAIL = { sender: 'vega@desk.example', recipient: 'one@desk.example, two@desk.example' };

test('an e-mail arrives over SMTP, and a password never travels without TLS', async () => {
  await using server = await openMailServer();
  expect(await ALLOWED.send(target('EMAIL', server.url, MAIL), MESSAGE, LIMITS)).toMatchObject({
    isDelivered: true,
  });
  const mail = await until(() => server.mails[0], 'the mail');
  expect(mail).toContain('From: vega@desk.example');
  expect(mail).toContain('To: one@desk.example, two@desk.example');
  expect(mail).toContain('Subject: UPSTOX_01: <a person> is needed');
  expect(mail).toContain('Message-ID: <delivery_1@vega-auth.invalid>');
  expect(mail).toContain('Look at the run.');
  const withPassword = target('EMAIL', server.url, { ...MAIL, user: 'desk', secret: new Secret('canary') });
  expect((await ALLOWED.send(withPassword, MESSAGE, LIMITS)).isDelivered).toBe(false);
  expect(server.logins).toEqual([]);
  expect(server.mails).toHaveLength(1);
});

test('a mail that one of two recipients was refused for is not delivered, and only that one is tried again', async () => {
  await using server = await openMailServer();
  server.refused.add('two@desk.example');
  const desk = target('EMAIL', server.url, MAIL);
  const channels = new AlertChannels({ proxy: null, allowedHosts: ['127.0.0.1'] });
  expect(await channels.send(desk, MESSAGE, LIMITS)).toEqual({
    isDelivered: false,
    answer: 'SMTP 550: refused for 1 of 2 recipients',
    retryAfterMs: null,
  });
  expect(await channels.send(desk, MESSAGE, LIMITS)).toMatchObject({
    isDelivered: false,
    answer: 'SMTP 550',
  });
  server.refused.clear();
  expect(await channels.send(desk, MESSAGE, LIMITS)).toMatchObject({ isDelivered: true, answer: 'SMTP 250' });
  expect(server.recipients).toEqual([['one@desk.example'], ['two@desk.example']]);
});

test('a refused recipient is tried again however the domain is spelled', async () => {
  await using server = await openMailServer();
  const channels = new AlertChannels({ proxy: null, allowedHosts: ['127.0.0.1'] });
  server.refused.add('two@desk.example').add('three@bücher.example');
  const recipient = 'one@DESK.example, two@Desk.Example, three@bücher.example';
  const desk = target('EMAIL', server.url, { ...MAIL, recipient });
  expect((await channels.send(desk, MESSAGE, LIMITS)).answer).toBe('SMTP 550: refused for 2 of 3 recipients');
  server.refused.clear();
  expect((await channels.send(desk, MESSAGE, LIMITS)).isDelivered).toBe(true);
  expect(server.recipients).toEqual([['one@desk.example'], ['two@desk.example', 'three@bücher.example']]);
});

test('a mail is delivered once the recipient it was refused for is removed', async () => {
  await using server = await openMailServer();
  const channels = new AlertChannels({ proxy: null, allowedHosts: ['127.0.0.1'] });
  server.refused.add('two@desk.example');
  expect((await channels.send(target('EMAIL', server.url, MAIL), MESSAGE, LIMITS)).isDelivered).toBe(false);
  const corrected = target('EMAIL', server.url, { ...MAIL, recipient: 'one@desk.example' });
  expect(await channels.send(corrected, MESSAGE, LIMITS)).toMatchObject({ isDelivered: true });
  expect(server.recipients).toEqual([['one@desk.example']]);
});

test('a name server that says nothing is given up in time', async () => {
  const channels = new AlertChannels({
    ...{ proxy: null, allowedHosts: [] },
    resolve: () => new Promise(() => undefined),
  });
  const answer = { isDelivered: false, answer: 'no answer in time', retryAfterMs: null };
  const limits = { timeoutMs: 200 };
  expect(await channels.send(target('EMAIL', 'smtp://mail.example', MAIL), MESSAGE, limits)).toEqual(answer);
  expect(await channels.send(target('SLACK', 'https://hooks.example/x'), MESSAGE, limits)).toEqual(answer);
});

test('a public name that leads to a private address is not connected to', async () => {
  await using receiver = await openReceiver(() => 200);
  const { port } = new URL(receiver.url);
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
  const channels = new AlertChannels({ proxy: null, allowedHosts: [], resolve });
  const answer = { isDelivered: false, answer: 'PRIVATE_ADDRESS', retryAfterMs: null };
  expect(await channels.send(target('SLACK', `https://hooks.example:${port}/x`), MESSAGE, LIMITS)).toEqual(
    answer,
  );
  expect(await channels.send(target('EMAIL', `smtp://mail.example:${port}`, MAIL), MESSAGE, LIMITS)).toEqual(
    answer,
  );
  expect(await channels.ping(target('HEARTBEAT', 'https://10.1.2.3/x'), LIMITS)).toEqual(answer);
  const mapped = new AlertChannels({
    ...{ proxy: null, allowedHosts: [] },
    resolve: async () => [{ address: '::ffff:192.168.0.1', family: 6 }],
  });
  expect(await mapped.ping(target('HEARTBEAT', 'https://watch.example/x'), LIMITS)).toEqual(answer);
  expect(receiver.received).toEqual([]);
});

test('behind a proxy, a name that is known to be private is refused as well', async () => {
  await using proxy = await openReceiver(() => 200);
  const channels = new AlertChannels({
    proxy: { https: new Secret(proxy.url), http: null, direct: [] },
    allowedHosts: [],
    resolve: async () => [{ address: '10.0.0.7', family: 4 }],
  });
  expect((await channels.ping(target('HEARTBEAT', 'https://watch.example/x'), LIMITS)).answer).toBe(
    'PRIVATE_ADDRESS',
  );
  expect(proxy.received).toEqual([]);
});

test('a receiver that says nothing is given up in time', async () => {
  await using receiver = await openReceiver(() => 429);
  expect(await ALLOWED.ping(target('HEARTBEAT', `${receiver.url}/x`), LIMITS)).toMatchObject({
    isDelivered: false,
    answer: 'HTTP 429',
  });
  const hung = (await import('node:net')).createServer();
  await new Promise<void>((resolve) => hung.listen(0, '127.0.0.1', resolve));
  const { port } = hung.address() as { port: number };
  expect(
    (await ALLOWED.ping(target('HEARTBEAT', `http://127.0.0.1:${port}/x`), { timeoutMs: 300 })).answer,
  ).toBe('no answer in time');
  hung.close();
});
