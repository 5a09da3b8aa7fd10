import { z } from 'zod';
import type { AuthEvent } from '../domain/event.ts';
import { followEvents } from '../services/live-state.ts';
import { builder } from './builder.ts';
import { TokenProgressRef } from './generation-run.ts';

type EventOf<Kind extends AuthEvent['kind']> = Extract<AuthEvent, { kind: Kind }>;

const TYPE_NAMES: Readonly<Record<AuthEvent['kind'], string>> = {
  TOKEN_PROGRESS: 'TokenProgressEvent',
  HEARTBEAT: 'HeartbeatEvent',
  GAP: 'GapEvent',
};

const AuthEventRef = builder.interfaceRef<AuthEvent>('AuthEvent').implement({
  description: 'Something that happened to an account.',
  resolveType: ({ kind }) => TYPE_NAMES[kind],
  fields: (t) => ({
    id: t.id({
      description: 'Rises by one with each happening, per server; pass the last one seen as `after`.',
      resolve: ({ id }) => String(id),
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When, by the server’s clock.' }),
    accountId: t.exposeID('accountId', { description: 'To which account.' }),
  }),
});

builder.objectRef<EventOf<'TOKEN_PROGRESS'>>('TokenProgressEvent').implement({
  interfaces: [AuthEventRef],
  description: 'A generation run has moved on.',
  fields: (t) => ({
    progress: t.expose('progress', { type: TokenProgressRef, description: 'How far it is.' }),
  }),
});

builder.objectRef<EventOf<'HEARTBEAT'>>('HeartbeatEvent').implement({
  interfaces: [AuthEventRef],
  description: 'The connection is alive; sent every 15 seconds. Repeats the last id.',
});

builder.objectRef<EventOf<'GAP'>>('GapEvent').implement({
  interfaces: [AuthEventRef],
  description: 'The history asked for with `after` is gone: read the state anew. Repeats the last id.',
});

builder.subscriptionFields((t) => ({
  events: t.field({
    type: AuthEventRef,
    description:
      'Everything that happens to an account. Without `after` the state as it is comes first; with it, what happened since.',
    args: {
      accountId: t.arg.id({ description: 'An account; the active one if left out.' }),
      after: t.arg.id({
        description: 'The id of the last event seen.',
        validate: z
          .string()
          .regex(/^\d{1,15}$/, { message: 'after should be the id of an event: a whole number.' }),
      }),
    },
    subscribe: (_root, { accountId, after }, { services }) =>
      followEvents(services, { accountId, after: after == null ? undefined : Number(after) }),
    resolve: (event) => event,
  }),
  tokenProgress: t.field({
    type: TokenProgressRef,
    description: 'How far the runs of an account have come; the run under way, or else the last one, first.',
    args: { accountId: t.arg.id({ description: 'An account; the active one if left out.' }) },
    subscribe: (_root, { accountId }, { services }) =>
      followEvents(services, { accountId, only: 'TOKEN_PROGRESS' }),
    resolve: (event) => (event as EventOf<'TOKEN_PROGRESS'>).progress,
  }),
}));
