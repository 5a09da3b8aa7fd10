import type { AlertChannelKind, AlertKind, VegaClient } from '../../../sdk/index.ts';
import { ALERT_CHANNEL_KINDS, ALERT_KINDS } from '../../../sdk/names.ts';
import { type Command, EXIT, type Given, requiredText, type Terminal, textOf } from '../../command.ts';
import { JSON_OPTION } from '../../options.ts';
import { renderAlertChannels, renderAlerts } from '../../view/alerts.ts';
import { lookOf } from '../../view/look.ts';
import { asking } from '../setup/asking.ts';
import { readSecrets, type WantedSecret } from './secrets.ts';

const ID = { name: '<id>', description: 'As `alerts` shows it.' };
const CHANNEL_ID = { name: '<id>', description: 'As `alerts channels` shows it.' };

const list: Command = {
  name: 'list',
  summary: 'List the last alerts, and what came of sending them.',
  options: [JSON_OPTION],
  run: asking(
    (client) => client.alerts(),
    (alerts, _given, terminal) => renderAlerts(alerts, lookOf(terminal)),
  ),
};

const ack: Command = {
  name: 'ack',
  summary: 'Say that an alert was seen: nothing reminds of it any more.',
  arguments: [ID],
  options: [JSON_OPTION],
  run: asking(
    (client, { id }) => client.acknowledgeAlert({ id: requiredText(id) }),
    ({ title }) => [`Acknowledged: ${title}.`],
  ),
};

const resend: Command = {
  name: 'resend',
  summary: 'Send an alert again.',
  arguments: [ID],
  options: [{ flags: '--channel <id>', description: 'To this channel alone.' }, JSON_OPTION],
  run: asking(
    (client, { id, channel }) => client.resendAlert({ id: requiredText(id), channelId: textOf(channel) }),
    ({ title }) => [`Is sent again: ${title}.`],
  ),
};

const listChannels: Command = {
  name: 'list',
  summary: 'List the channels; how they are reached is not among it.',
  options: [JSON_OPTION],
  run: asking(
    (client) => client.alertChannels(),
    (channels, _given, terminal) => renderAlertChannels(channels, lookOf(terminal)),
  ),
};

const ADDRESS = { name: 'URL', question: 'Address of the channel' };
const SECRET = { name: 'SECRET', question: 'Secret of the channel' };

/** An address may be as good as a password, so it is read like a secret. */
const wantedFor = ({ kind, user, withSecret, keep }: Given): readonly WantedSecret[] => {
  if (keep === true) return [];
  const isTelegram = kind === 'TELEGRAM';
  const hasSecret = isTelegram || user !== undefined || withSecret === true;
  return [...(isTelegram ? [] : [ADDRESS]), ...(hasSecret ? [SECRET] : [])];
};

const save = async (client: VegaClient, given: Given, terminal: Terminal) => {
  const { id, name, kind, user, sender, recipient, kinds, account, after, quiet } = given;
  const { URL: url, SECRET: secret } = await readSecrets(terminal, wantedFor(given));
  const [quietFrom, quietUntil] = textOf(quiet)?.split('-') ?? [];
  return client.saveAlertChannel({
    input: {
      ...{ id: textOf(id), name: requiredText(name), kind: requiredText(kind) as AlertChannelKind },
      ...{ url, secret, user: textOf(user), sender: textOf(sender), recipient: textOf(recipient) },
      kinds: Array.isArray(kinds) && kinds.length > 0 ? (kinds as AlertKind[]) : undefined,
      accountId: textOf(account),
      afterMinutes: after === undefined ? undefined : Number(after),
      ...{ quietFrom, quietUntil },
    },
  });
};

const add: Command = {
  name: 'add',
  summary: 'Make a channel, or change one. Address and secret are asked for, or read from standard input.',
  arguments: [
    { name: '<kind>', description: 'How it is reached.', choices: ALERT_CHANNEL_KINDS },
    { name: '<name>', description: 'For people.' },
    {
      name: '[kinds...]',
      description: 'The kinds of alerts that go to it; every kind if left out.',
      choices: ALERT_KINDS,
    },
  ],
  options: [
    { flags: '--id <id>', description: 'Change this channel.' },
    { flags: '--keep', description: 'Leave address and secret as they are stored.' },
    {
      flags: '--with-secret',
      description: 'NTFY, WEBHOOK: give an access token, or a signing secret of your own.',
    },
    { flags: '--user <user>', description: 'EMAIL: the SMTP user.' },
    { flags: '--sender <address>', description: 'EMAIL: where it comes from.' },
    { flags: '--recipient <to>', description: 'EMAIL: where it goes to. TELEGRAM: the chat’s id.' },
    { flags: '--account <id>', description: 'The one account whose alerts go to it.' },
    {
      flags: '--after <minutes>',
      description: 'Only what nobody has acknowledged for so long.',
      isNumber: true,
    },
    {
      flags: '--quiet <from-until>',
      description: 'Hours in India in which it keeps still, such as 22:00-06:00.',
    },
    JSON_OPTION,
  ],
  examples: [{ line: 'echo URL=… | vega-auth alerts channels add NTFY phone', says: 'without a terminal' }],
  run: asking(save, ({ channel, signingSecret }) => [
    `Channel ${channel.id}: ${channel.kind} at ${channel.destination}.`,
    ...(signingSecret == null ? [] : ['Its signing secret, shown once and never again:', signingSecret]),
  ]),
};

const remove: Command = {
  name: 'remove',
  summary: 'Remove a channel; what waits for it is not sent.',
  arguments: [CHANNEL_ID],
  options: [JSON_OPTION],
  run: asking(
    (client, { id }) => client.removeAlertChannel({ id: requiredText(id) }),
    (_isRemoved, { id }) => [`${id} is removed.`],
  ),
};

const channels: Command = {
  name: 'channels',
  summary: 'List, make, change and remove the channels of alerts.',
  commands: [listChannels, add, remove],
};

const test: Command = {
  name: 'test',
  summary: 'Send a test to a channel, once, and say what it answers.',
  arguments: [CHANNEL_ID],
  options: [JSON_OPTION],
  run: asking(
    (client, { id }) => client.testAlertChannel({ id: requiredText(id) }),
    ({ isDelivered, answer }) => [`${isDelivered ? 'Delivered' : 'Not delivered'}: ${answer}.`],
    ({ isDelivered }) => (isDelivered ? EXIT.ALL_VALID : EXIT.SOME_MISSING),
  ),
};

export const alerts: Command = {
  name: 'alerts',
  summary: 'List and acknowledge alerts; say where they go.',
  commands: [list, ack, resend, channels, test],
};
