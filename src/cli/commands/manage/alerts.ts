import type { AlertChannelKind, AlertKind } from '../../../sdk/index.ts';
import { ALERT_CHANNEL_KINDS, ALERT_KINDS } from '../../../sdk/names.ts';
import { type Command, type Given, requiredText, textOf } from '../../command.ts';
import { JSON_OPTION } from '../../options.ts';
import { renderAlertChannels, renderAlerts } from '../../view/alerts.ts';
import { lookOf } from '../../view/look.ts';
import { asking } from '../setup/asking.ts';

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

const SECRET_VARIABLE = 'VEGA_CHANNEL_SECRET';

const inputOf = (given: Given, env: Readonly<Record<string, string | undefined>>) => {
  const { name, kind, url, user, sender, recipient, kinds, account, after, quiet, id } = given;
  const [quietFrom, quietUntil] = textOf(quiet)?.split('-') ?? [];
  const minutes = textOf(after);
  return {
    ...{ id: textOf(id), name: requiredText(name), kind: requiredText(kind) as AlertChannelKind },
    ...{ url: textOf(url), user: textOf(user), sender: textOf(sender), recipient: textOf(recipient) },
    secret: env[SECRET_VARIABLE],
    kinds: Array.isArray(kinds) && kinds.length > 0 ? (kinds as AlertKind[]) : undefined,
    accountId: textOf(account),
    afterMinutes: minutes === undefined ? undefined : Number(minutes),
    ...{ quietFrom, quietUntil },
  };
};

const add: Command = {
  name: 'add',
  summary: `Make a channel, or change one. Its secret is read from ${SECRET_VARIABLE}, so that it stands in no list of processes.`,
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
    { flags: '--url <address>', description: 'Its address; of EMAIL the SMTP server.' },
    { flags: '--user <user>', description: 'EMAIL: the SMTP user.' },
    { flags: '--sender <address>', description: 'EMAIL: where it comes from.' },
    { flags: '--recipient <to>', description: 'EMAIL: where it goes to. TELEGRAM: the chat’s id.' },
    { flags: '--account <id>', description: 'The one account whose alerts go to it.' },
    { flags: '--after <minutes>', description: 'Only what nobody has acknowledged for so long.' },
    {
      flags: '--quiet <from-until>',
      description: 'Hours in India in which it keeps still, such as 22:00-06:00.',
    },
    JSON_OPTION,
  ],
  examples: [
    { line: 'vega-auth alerts channels add NTFY phone --url https://ntfy.sh/my-topic', says: 'to a phone' },
  ],
  run: asking(
    (client, given, { env }) => client.saveAlertChannel({ input: inputOf(given, env) }),
    ({ channel, signingSecret }) => [
      `Channel ${channel.id}: ${channel.kind} at ${channel.destination}.`,
      ...(signingSecret == null ? [] : ['Its signing secret, shown once and never again:', signingSecret]),
    ],
  ),
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
  ),
};

export const alerts: Command = {
  name: 'alerts',
  summary: 'List and acknowledge alerts; say where they go.',
  commands: [list, ack, resend, channels, test],
};
