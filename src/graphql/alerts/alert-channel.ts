import { z } from 'zod';
import { type AlertChannel, CHANNEL_KINDS } from '../../domain/alert/alert-channel.ts';
import type { SendResult } from '../../domain/alert/alert-sender.ts';
import { isTimeOfDay } from '../../domain/alert/quiet-hours.ts';
import type { SavedChannel } from '../../services/alerts/alert-channels.ts';
import { OPERATORS, READERS } from '../access/access-plugin.ts';
import { builder, enumOf } from '../builder.ts';
import { plainText } from '../plain-text.ts';
import { AlertKindEnum } from './alert.ts';

const MAX_TEXT = 500;
const MAX_MINUTES = 1440;

const ChannelKindEnum = enumOf('AlertChannelKind', {
  description: 'How a channel is reached.',
  of: CHANNEL_KINDS,
  values: {
    WEBHOOK: 'A POST of JSON, signed as standardwebhooks.com has it.',
    EMAIL: 'An e-mail over SMTP with TLS.',
    NTFY: 'A message to a topic of ntfy.',
    TELEGRAM: 'A message of a Telegram bot.',
    SLACK: 'An incoming webhook of Slack, or of what takes the same.',
    HEARTBEAT: 'A GET at intervals while all is well, to a watch elsewhere that alerts when it stays out.',
  },
});

const AlertChannelRef = builder.objectRef<AlertChannel>('AlertChannel').implement({
  description: 'Where alerts go. Address and secret are sealed and can never be read back.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Names the channel.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    kind: t.expose('kind', { type: ChannelKindEnum, description: 'How it is reached.' }),
    destination: t.exposeString('destination', { description: 'The host that it is at.' }),
    kinds: t.field({
      type: [AlertKindEnum],
      nullable: true,
      description: 'The kinds of alerts that go to it; null for every kind.',
      resolve: ({ kinds }) => (kinds === null ? null : [...kinds]),
    }),
    accountId: t.exposeID('accountId', {
      nullable: true,
      description:
        'The one account whose alerts go to it, beside those of no account; null for every account.',
    }),
    afterMinutes: t.exposeInt('afterMinutes', {
      description:
        'Alerts go to it when nobody has acknowledged them for so long; 0 for at once. Of a HEARTBEAT: the minutes between two pings.',
    }),
    quietFrom: t.string({
      nullable: true,
      description:
        'From when on in India it keeps still, as `HH:mm`; null for never. HUMAN_NEEDED is sent nevertheless.',
      resolve: ({ quiet }) => quiet?.from ?? null,
    }),
    quietUntil: t.string({
      nullable: true,
      description: 'Until when it keeps still; what came meanwhile is sent then.',
      resolve: ({ quiet }) => quiet?.until ?? null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    pingedAt: t.expose('pingedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Of a HEARTBEAT: when it was pinged last.',
    }),
    pingAnswer: t.exposeString('pingAnswer', {
      nullable: true,
      description: 'Of a HEARTBEAT: what the last ping was answered with.',
    }),
  }),
});

const SavedChannelRef = builder.objectRef<SavedChannel>('SavedAlertChannel').implement({
  description: 'A channel that was just saved.',
  fields: (t) => ({
    channel: t.expose('channel', { type: AlertChannelRef, description: 'As `alertChannels` lists it.' }),
    signingSecret: t.string({
      nullable: true,
      description:
        'Of a new WEBHOOK without `secret`: what the receiver verifies signatures with. It is told here and never again.',
      resolve: ({ signingSecret }) => signingSecret?.reveal() ?? null,
    }),
  }),
});

const AlertTestRef = builder.objectRef<SendResult>('AlertTest').implement({
  description: 'What came of a test.',
  fields: (t) => ({
    isDelivered: t.exposeBoolean('isDelivered', { description: 'Whether the receiver has taken it.' }),
    answer: t.exposeString('answer', {
      description: 'What it answered, such as `HTTP 204`, or why there was no answer.',
    }),
  }),
});

const textRule = (name: string) =>
  plainText(name)
    .trim()
    .min(1, { message: `${name} should not be empty.` })
    .max(MAX_TEXT, { message: `${name} should be at most ${MAX_TEXT} characters.` });

const timeRule = (name: string) => z.string().refine(isTimeOfDay, { message: `${name} should be HH:mm.` });

const SaveAlertChannelInput = builder.inputType('SaveAlertChannelInput', {
  description:
    'A channel as it is to be. Of a channel that is stored, `url`, `recipient` and `sender` stay as they are where they are left out, and `secret` and `user` as long as `url` stays; everything else is replaced.',
  fields: (t) => ({
    id: t.id({ description: 'Which channel is changed; a new one if left out.' }),
    name: t.string({
      required: true,
      description: 'For people, 1 to 100 characters; no two channels have the same.',
      validate: plainText('name')
        .trim()
        .min(1, { message: 'name should be 1 to 100 characters.' })
        .max(100, { message: 'name should be 1 to 100 characters.' }),
    }),
    kind: t.field({ type: ChannelKindEnum, required: true, description: 'How it is reached.' }),
    url: t.string({
      description:
        'Its address, https: of NTFY with the topic, of EMAIL the SMTP server as `smtps://host` or `smtp://host:587`, of TELEGRAM left out. A host of this machine’s own network has to be named in VEGA_ALERT_HOSTS.',
      validate: textRule('url'),
    }),
    secret: t.string({
      description:
        'WEBHOOK: the signing secret (`whsec_…`), made if left out. TELEGRAM: the bot’s token. NTFY: an access token. EMAIL: the password of `user`.',
      validate: textRule('secret'),
    }),
    user: t.string({ description: 'EMAIL: the user at the SMTP server.', validate: textRule('user') }),
    sender: t.string({ description: 'EMAIL: the address that it comes from.', validate: textRule('sender') }),
    recipient: t.string({
      description: 'EMAIL: the addresses that it goes to, separated by commas. TELEGRAM: the chat’s id.',
      validate: textRule('recipient'),
    }),
    kinds: t.field({
      type: [AlertKindEnum],
      description: 'The kinds of alerts that go to it; every kind if left out.',
      validate: z
        .array(z.string())
        .min(1, { message: 'kinds should name at least one kind, or be left out.' }),
    }),
    accountId: t.id({ description: 'The one account whose alerts go to it; every account if left out.' }),
    afterMinutes: t.int({
      description: `Send only what nobody has acknowledged for so long; 0, at once, if left out. Of a HEARTBEAT the minutes between two pings, 5 if left out. At most ${MAX_MINUTES}.`,
      validate: z
        .number()
        .min(0, { message: `afterMinutes should be 0 to ${MAX_MINUTES}.` })
        .max(MAX_MINUTES, { message: `afterMinutes should be 0 to ${MAX_MINUTES}.` }),
    }),
    quietFrom: t.string({
      description: 'From when on in India it keeps still, as `HH:mm`; together with `quietUntil`.',
      validate: timeRule('quietFrom'),
    }),
    quietUntil: t.string({ description: 'Until when it keeps still.', validate: timeRule('quietUntil') }),
  }),
});

builder.queryField('alertChannels', (t) =>
  t.field({
    type: [AlertChannelRef],
    allow: READERS,
    description: 'Where alerts go, the oldest channel first.',
    resolve: async (_root, _args, { services }) => [...(await services.alerts.channels())],
  }),
);

builder.mutationFields((t) => ({
  saveAlertChannel: t.field({
    type: SavedChannelRef,
    allow: OPERATORS,
    description:
      'Makes or changes a channel. It gets alerts that are raised from now on. An address that leads to this machine or its own network is refused unless VEGA_ALERT_HOSTS names it.',
    args: { input: t.arg({ type: SaveAlertChannelInput, required: true, description: 'The channel.' }) },
    resolve: async (_root, { input }, { services }) => {
      const { id, name, kind, url, secret, user, sender, recipient, kinds, afterMinutes } = input;
      const account = input.accountId == null ? null : await services.accounts.resolve(input.accountId);
      return services.alerts.saveChannel({
        ...{ id: id ?? null, name, kind, url: url ?? null, secret: secret ?? null, user: user ?? null },
        ...{ sender: sender ?? null, recipient: recipient ?? null, afterMinutes: afterMinutes ?? null },
        kinds: kinds == null ? null : [...new Set(kinds)],
        accountId: account?.id ?? null,
        quietFrom: input.quietFrom ?? null,
        quietUntil: input.quietUntil ?? null,
      });
    },
  }),
  removeAlertChannel: t.boolean({
    allow: OPERATORS,
    description: 'Removes a channel; what waits for it is not sent. Its part of the history stays.',
    args: { id: t.arg.id({ required: true, description: 'Which channel.' }) },
    resolve: (_root, { id }, { services }) => services.alerts.removeChannel(id),
  }),
  testAlertChannel: t.field({
    type: AlertTestRef,
    allow: OPERATORS,
    description:
      'Sends a message that tells nothing but that the channel works, once, and waits for the answer.',
    args: { id: t.arg.id({ required: true, description: 'Which channel.' }) },
    resolve: (_root, { id }, { services }) => services.alerts.testChannel(id),
  }),
}));
