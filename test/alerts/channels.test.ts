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
    expect(await ALLOWED.send(channel, MESSAGE, 3000)).toMatchObject({
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

const openMailServer = async () => {
  const mails: string[] = [];
  const logins: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: ({ username = '' }, _session, callback) => {
      logins.push(username);
      callback(null, { user: username });
    },
    onData: (stream, _session, callback) => {
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
    logins,
    url: `smtp://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
};

const MAIL = { sender: 'vega@desk.example', recipient: 'one@desk.example, two@desk.example' };

test('an e-mail arrives over SMTP, and a password never travels without TLS', async () => {
  await using server = await openMailServer();
  expect(await ALLOWED.send(target('EMAIL', server.url, MAIL), MESSAGE, 3000)).toMatchObject({
    isDelivered: true,
  });
  const mail = await until(() => server.mails[0], 'the mail');
  expect(mail).toContain('From: vega@desk.example');
  expect(mail).toContain('To: one@desk.example, two@desk.example');
  expect(mail).toContain('Subject: UPSTOX_01: <a person> is needed');
  expect(mail).toContain('Message-ID: <delivery_1@vega-auth.invalid>');
  expect(mail).toContain('Look at the run.');
  const withPassword = target('EMAIL', server.url, { ...MAIL, user: 'desk', secret: new Secret('canary') });
  expect((await ALLOWED.send(withPassword, MESSAGE, 3000)).isDelivered).toBe(false);
  expect(server.logins).toEqual([]);
  expect(server.mails).toHaveLength(1);
});

test('a public name that leads to a private address is not connected to', async () => {
  await using receiver = await openReceiver(() => 200);
  const { port } = new URL(receiver.url);
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
  const channels = new AlertChannels({ proxy: null, allowedHosts: [], resolve });
  const answer = { isDelivered: false, answer: 'PRIVATE_ADDRESS', retryAfterMs: null };
  expect(await channels.send(target('SLACK', `https://hooks.example:${port}/x`), MESSAGE, 3000)).toEqual(
    answer,
  );
  expect(await channels.send(target('EMAIL', `smtp://mail.example:${port}`, MAIL), MESSAGE, 3000)).toEqual(
    answer,
  );
  expect(await channels.ping(target('HEARTBEAT', 'https://10.1.2.3/x'), 3000)).toEqual(answer);
  const mapped = new AlertChannels({
    ...{ proxy: null, allowedHosts: [] },
    resolve: async () => [{ address: '::ffff:192.168.0.1', family: 6 }],
  });
  expect(await mapped.ping(target('HEARTBEAT', 'https://watch.example/x'), 3000)).toEqual(answer);
  expect(receiver.received).toEqual([]);
});

test('behind a proxy, a name that is known to be private is refused as well', async () => {
  await using proxy = await openReceiver(() => 200);
  const channels = new AlertChannels({
    proxy: { https: new Secret(proxy.url), http: null, direct: [] },
    allowedHosts: [],
    resolve: async () => [{ address: '10.0.0.7', family: 4 }],
  });
  expect((await channels.ping(target('HEARTBEAT', 'https://watch.example/x'), 3000)).answer).toBe(
    'PRIVATE_ADDRESS',
  );
  expect(proxy.received).toEqual([]);
});

test('a receiver that says nothing is given up in time', async () => {
  await using receiver = await openReceiver(() => 429);
  expect(await ALLOWED.ping(target('HEARTBEAT', `${receiver.url}/x`), 3000)).toMatchObject({
    isDelivered: false,
    answer: 'HTTP 429',
  });
  const hung = (await import('node:net')).createServer();
  await new Promise<void>((resolve) => hung.listen(0, '127.0.0.1', resolve));
  const { port } = hung.address() as { port: number };
  expect((await ALLOWED.ping(target('HEARTBEAT', `http://127.0.0.1:${port}/x`), 300)).answer).toBe(
    'no answer in time',
  );
  hung.close();
});
