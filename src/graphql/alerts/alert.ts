import { z } from 'zod';
import { ALERT_KINDS } from '../../domain/alert/alert.ts';
import { type AlertDelivery, DELIVERY_REASONS, DELIVERY_STATES } from '../../domain/alert/alert-delivery.ts';
import type { ToldAlert } from '../../services/alerts/alert-history.ts';
import { OPERATORS, READERS } from '../access/access-plugin.ts';
import { builder, enumOf } from '../builder.ts';

const [DEFAULT_ALERTS, MAX_ALERTS] = [50, 200];

export const AlertKindEnum = enumOf('AlertKind', {
  description: 'What an alert tells.',
  of: ALERT_KINDS,
  values: {
    HUMAN_NEEDED: 'Nothing goes on by itself: a person has to act. Sent in quiet hours, too.',
    AT_RISK: 'The tokens may not be there by the bell.',
    TOO_LATE: 'The tokens will not be there by the bell.',
    MISSED: 'A scheduled start did not happen.',
    QUARANTINED:
      'The broker rejected the credentials of an account; nothing is tried until an operator ends that.',
    STORAGE: 'The database cannot be written, or stored data is not whole.',
    DRIFT: 'The broker’s login page differs from what the program knows.',
    EXPIRING: 'A credential that lasts for long is about to end.',
    RECOVERED: 'What was told before is over.',
  },
});

const DeliveryStateEnum = enumOf('AlertDeliveryState', {
  description: 'How far an alert is on its way to a channel.',
  of: DELIVERY_STATES,
  values: {
    PENDING: 'To be sent, or to be tried again.',
    DELIVERED: 'The receiver has taken it.',
    FAILED: 'Given up after a day.',
    CANCELLED: 'Not sent: it was acknowledged or over before, or the channel was removed.',
  },
});

const DeliveryReasonEnum = enumOf('AlertDeliveryReason', {
  description: 'Why an alert goes to a channel.',
  of: DELIVERY_REASONS,
  values: {
    RAISED: 'It was raised.',
    NOT_ACKNOWLEDGED: 'Nobody has acknowledged it in time.',
    SENT_AGAIN: 'An operator has sent it again.',
  },
});

const AlertDeliveryRef = builder.objectRef<AlertDelivery>('AlertDelivery').implement({
  description: 'One alert on its way to one channel.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The receiver is told it as well; it is the same at every try.' }),
    channelId: t.exposeID('channelId', { description: 'Where to.' }),
    channelName: t.exposeString('channelName', { description: 'The name that the channel had then.' }),
    reason: t.expose('reason', { type: DeliveryReasonEnum, description: 'Why.' }),
    state: t.expose('state', { type: DeliveryStateEnum, description: 'How far it is.' }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      description: 'When it is tried next; when it was due, once it is over.',
    }),
    attempts: t.exposeInt('attempts', { description: 'How often it was tried.' }),
    attemptedAt: t.expose('attemptedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was tried last.',
    }),
    answer: t.exposeString('answer', {
      nullable: true,
      description: 'What the last try was answered with, such as `HTTP 204`; null while there is no answer.',
    }),
  }),
});

const AlertRef = builder.objectRef<ToldAlert>('Alert').implement({
  description: 'A fact that people are told of. Its text holds no secret, no mobile number and no user id.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Names the alert.' }),
    kind: t.expose('kind', { type: AlertKindEnum, description: 'What it tells.' }),
    accountId: t.exposeID('accountId', {
      nullable: true,
      description: 'The account that it concerns; null for every account.',
    }),
    title: t.exposeString('title', { description: 'It in one line.' }),
    text: t.exposeString('text', { description: 'What happened and what to do.' }),
    raisedAt: t.expose('raisedAt', { type: 'DateTime', description: 'When the fact was stored.' }),
    acknowledgedAt: t.expose('acknowledgedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When somebody said that it was seen.',
    }),
    acknowledgedBy: t.exposeString('acknowledgedBy', {
      nullable: true,
      description: 'Who said so: a caller’s id, `link`, or the operation that implied it.',
    }),
    resolvedAt: t.expose('resolvedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when the fact holds no more.',
    }),
    deliveries: t.field({
      type: [AlertDeliveryRef],
      description: 'To which channels it went and goes, in the order of time.',
      resolve: ({ deliveries }) => [...deliveries],
    }),
  }),
});

builder.queryField('alerts', (t) =>
  t.field({
    type: [AlertRef],
    allow: READERS,
    description:
      'What was told, the newest first: when, to whom, with which answer and how often tried. The last 1000 are kept.',
    args: {
      first: t.arg.int({
        description: `How many, 1 to ${MAX_ALERTS}; ${DEFAULT_ALERTS} if left out.`,
        validate: z
          .number()
          .min(1, { message: `first should be 1 to ${MAX_ALERTS}.` })
          .max(MAX_ALERTS, { message: `first should be 1 to ${MAX_ALERTS}.` }),
      }),
      accountId: t.arg.id({ description: 'Those of one account and of all; every alert if left out.' }),
    },
    resolve: async (_root, { first, accountId }, { services }) => {
      const account = accountId == null ? null : await services.accounts.resolve(accountId);
      const query = { first: first ?? DEFAULT_ALERTS, accountId: account?.id ?? null };
      return [...(await services.alerts.list(query))];
    },
  }),
);

builder.mutationFields((t) => ({
  acknowledgeAlert: t.field({
    type: AlertRef,
    allow: OPERATORS,
    description:
      'Says that somebody has seen an alert: nothing reminds of it any more. Repeating it changes nothing.',
    args: { id: t.arg.id({ required: true, description: 'Which alert.' }) },
    resolve: (_root, { id }, { services, caller }) => services.alerts.acknowledge(id, caller.id),
  }),
  resendAlert: t.field({
    type: AlertRef,
    allow: OPERATORS,
    description: 'Sends an alert again, also in quiet hours. Its `deliveries` tell what comes of it.',
    args: {
      id: t.arg.id({ required: true, description: 'Which alert.' }),
      channelId: t.arg.id({
        description: 'To which channel; to every one that such alerts go to if left out.',
      }),
    },
    resolve: (_root, { id, channelId }, { services }) => services.alerts.resend(id, channelId ?? null),
  }),
}));
