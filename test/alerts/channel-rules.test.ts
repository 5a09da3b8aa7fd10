import { describe, expect, test } from 'vitest';
import { CHANNEL_KINDS, type ChannelTarget } from '../../src/domain/alert/alert-channel.ts';
import {
  destinationOf,
  hostOf,
  readTarget,
  targetFault,
  writeTarget,
} from '../../src/domain/alert/channel-rules.ts';
import { Secret } from '../../src/domain/secret.ts';

const SIGNING_SECRET = `whsec_${'a'.repeat(32)}`;

interface Texts extends Partial<Omit<ChannelTarget, 'url' | 'secret'>> {
  readonly url: string;
  readonly secret?: string;
}

const target = ({ url, secret, ...rest }: Texts): ChannelTarget => ({
  ...{ kind: 'SLACK', user: null, sender: null, recipient: null },
  ...rest,
  url: new Secret(url),
  secret: secret === undefined ? null : new Secret(secret),
});

const faultOf = (texts: Texts, allowedHosts: readonly string[] = []): string | null =>
  targetFault(target(texts), allowedHosts);

const NO_USER = 'url should name a host, and neither user nor password.';
const PRIVATE =
  'url leads to this machine or its own network. Name its host in VEGA_ALERT_HOSTS to allow it.';

describe('an address', () => {
  test.for<[string, string | null]>([
    ['https://hooks.example.com/services/1', null],
    ['HTTPS://hooks.example.com', null],
    ['http://hooks.example.com', 'url should begin with https://.'],
    ['ftp://hooks.example.com', 'url should begin with https://.'],
    ['hooks.example.com', 'url should be an address such as https://example.com.'],
    ['https://', 'url should be an address such as https://example.com.'],
    ['file:///etc/passwd', NO_USER],
    ['https://user@hooks.example.com', NO_USER],
    ['https://:password@hooks.example.com', NO_USER],
    ['https://localhost:8443', PRIVATE],
    ['https://127.0.0.1', PRIVATE],
    ['https://2130706433', PRIVATE],
    ['https://[::1]', PRIVATE],
    ['https://desk', PRIVATE],
    ['https://desk.local.', PRIVATE],
  ])('%s: %s', ([url, fault]) => {
    expect(faultOf({ url })).toBe(fault);
  });

  test('of a host that is allowed by name may be private and plain, and still names no user', () => {
    expect(faultOf({ url: 'http://desk:8080/' }, ['desk'])).toBeNull();
    expect(faultOf({ url: 'http://desk./' }, ['desk'])).toBeNull();
    expect(faultOf({ url: 'http://desk:8080/' }, ['other'])).toBe(PRIVATE);
    expect(faultOf({ url: 'ftp://desk/' }, ['desk'])).toBe('url should begin with https://.');
    expect(faultOf({ url: 'http://user:password@desk/' }, ['desk'])).toBe(NO_USER);
  });

  test('of a mail server may be plain, because STARTTLS is insisted on', () => {
    const mail = (url: string) =>
      faultOf({ kind: 'EMAIL', url, sender: 'a@example.com', recipient: 'b@example.com' });
    expect(mail('smtps://mail.example.com')).toBeNull();
    expect(mail('smtp://mail.example.com:587')).toBeNull();
    expect(mail('https://mail.example.com')).toBe('url should begin with smtps:// or smtp://.');
    expect(mail('smtp://10.0.0.1')).toBe(PRIVATE);
    expect(mail('smtp://2130706433')).toBe(PRIVATE);
    expect(mail('mail.example.com')).toBe('url should be an address such as smtps://example.com.');
  });

  test('of every other kind is an https one', () => {
    const faults = CHANNEL_KINDS.filter((kind) => kind !== 'EMAIL').map((kind) =>
      faultOf({ kind, url: 'smtps://mail.example.com/topic' }),
    );
    expect(new Set(faults)).toEqual(new Set(['url should begin with https://.']));
  });

  test('shows no more than its host', () => {
    expect(destinationOf(target({ url: 'https://hooks.example.com/services/secret' }))).toBe(
      'hooks.example.com',
    );
    expect(
      ['smtp://Mail.Example.com.', 'smtps://mail.example.com', 'SMTP://mail.example.com', 'mail'].map(hostOf),
    ).toEqual(['mail.example.com', 'mail.example.com', 'mail.example.com', '']);
    expect(hostOf('https://desk.example/?next=smtp://other.example')).toBe('desk.example');
  });
});

describe('what a channel needs beside its address', () => {
  const url = 'https://hooks.example.com/topic';
  const mail = { kind: 'EMAIL', url: 'smtps://mail.example.com', sender: 'desk@example.com' } as const;
  const SECRET = 'secret should be whsec_ and 24 to 64 bytes in base64.';
  const SENDER = 'sender should be an e-mail address.';
  const RECIPIENTS = 'recipient should be e-mail addresses, separated by commas.';
  const PAIR = 'user and secret belong together.';
  const TOPIC = 'url should be the server and the topic.';
  const BOT = 'secret should be the token of a bot.';
  const CHAT = 'recipient should be a chat’s id.';
  const bot = { kind: 'TELEGRAM', url, secret: '123:AA-b_c' } as const;

  test.for<[string, Texts, string | null]>([
    ['a webhook its signing secret', { kind: 'WEBHOOK', url, secret: SIGNING_SECRET }, null],
    ['the longest one', { kind: 'WEBHOOK', url, secret: `whsec_${'a'.repeat(86)}==` }, null],
    ['not a longer one', { kind: 'WEBHOOK', url, secret: `whsec_${'a'.repeat(89)}` }, SECRET],
    ['not a shorter one', { kind: 'WEBHOOK', url, secret: `whsec_${'a'.repeat(31)}` }, SECRET],
    ['not something else', { kind: 'WEBHOOK', url, secret: ` ${SIGNING_SECRET}` }, SECRET],
    ['not something longer', { kind: 'WEBHOOK', url, secret: `${SIGNING_SECRET}!` }, SECRET],
    ['not none', { kind: 'WEBHOOK', url }, SECRET],
    ['an e-mail its addresses', { ...mail, recipient: 'b@example.com, c@example.com' }, null],
    ['no broken one', { ...mail, recipient: 'b@example.com, c' }, RECIPIENTS],
    ['no header', { ...mail, recipient: 'b@example.com>' }, RECIPIENTS],
    ['no name', { ...mail, recipient: 'B <b@example.com' }, RECIPIENTS],
    ['a recipient', mail, RECIPIENTS],
    ['a sender', { ...mail, sender: null, recipient: 'b@example.com' }, SENDER],
    ['a sound sender', { ...mail, sender: 'desk', recipient: 'b@example.com' }, SENDER],
    ['user and password', { ...mail, recipient: 'b@example.com', user: 'a', secret: 'b' }, null],
    ['no user alone', { ...mail, recipient: 'b@example.com', user: 'a' }, PAIR],
    ['no password alone', { ...mail, recipient: 'b@example.com', secret: 'b' }, PAIR],
    ['ntfy a topic', { kind: 'NTFY', url }, null],
    ['one of 64 letters', { kind: 'NTFY', url: `https://ntfy.sh/${'a'.repeat(64)}` }, null],
    ['none of 65', { kind: 'NTFY', url: `https://ntfy.sh/${'a'.repeat(65)}` }, TOPIC],
    ['not none', { kind: 'NTFY', url: 'https://ntfy.sh/' }, TOPIC],
    ['not a path', { kind: 'NTFY', url: 'https://ntfy.sh/one/two' }, TOPIC],
    ['a bot its chat', { ...bot, recipient: '-100123' }, null],
    ['a person', { ...bot, recipient: '123' }, null],
    ['by its name', { ...bot, recipient: '@the_desk' }, null],
    ['no other text', { ...bot, recipient: 'the desk' }, CHAT],
    ['not more than a name', { ...bot, recipient: '@the desk' }, CHAT],
    ['not more than a number', { ...bot, recipient: 'x123' }, CHAT],
    ['not none', bot, CHAT],
    ['its token', { ...bot, secret: '123:', recipient: '1' }, BOT],
    ['nothing before it', { ...bot, secret: 'bot123:AA', recipient: '1' }, BOT],
    ['nothing after it', { ...bot, secret: '123:AA/', recipient: '1' }, BOT],
    ['and never none', { kind: 'TELEGRAM', url, recipient: '1' }, BOT],
    ['Slack nothing', { kind: 'SLACK', url }, null],
    ['a heartbeat nothing', { kind: 'HEARTBEAT', url }, null],
  ])('%s', ([, texts, fault]) => {
    expect(faultOf(texts)).toBe(fault);
  });
});

test('what is sealed is read as it was written', () => {
  for (const secret of [undefined, SIGNING_SECRET]) {
    const written = target({
      ...{ kind: 'EMAIL', url: 'smtps://mail.example.com', user: 'a', sender: 'b', recipient: 'c' },
      ...(secret === undefined ? {} : { secret }),
    });
    const { url, secret: read, ...rest } = readTarget(writeTarget(written));
    expect({ ...rest, url: url.reveal(), secret: read?.reveal() }).toEqual({
      ...{ kind: 'EMAIL', url: 'smtps://mail.example.com', user: 'a', sender: 'b', recipient: 'c' },
      secret,
    });
  }
});
