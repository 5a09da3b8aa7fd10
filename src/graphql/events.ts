import type { FieldMap } from '@pothos/core';
import { z } from 'zod';
import type { AuthConfirmed, AuthEvent, TokenVersion } from '../domain/events/event.ts';
import { EVERYBODY } from './access/access-plugin.ts';
import { AccountRef } from './account/account.ts';
import { ApiNameEnum } from './account/api-config.ts';
import { AuditEntryRef } from './audit.ts';
import { AuthStateRef, CooldownRef } from './auth-state.ts';
import { accountArgument, builder } from './builder.ts';
import { CanaryReportRef } from './canary.ts';
import { ReadinessRef } from './readiness.ts';
import { TokenProgressRef } from './run/generation-run.ts';
import { DbRecoveryRef } from './storage.ts';

type EventOf<Kind extends AuthEvent['kind']> = Extract<AuthEvent, { kind: Kind }>;

const TYPE_NAMES: Readonly<Record<AuthEvent['kind'], string>> = {
  AUTH_STATE: 'AuthStateEvent',
  TOKEN_PROGRESS: 'TokenProgressEvent',
  COOLDOWN: 'CooldownEvent',
  AUTH_CONFIRMED: 'AuthConfirmedEvent',
  TOKEN_STORED: 'TokenStoredEvent',
  DB_RECOVERY: 'DbRecoveryEvent',
  READINESS: 'ReadinessEvent',
  CANARY: 'CanaryEvent',
  ACCOUNT_SWITCHED: 'AccountSwitchedEvent',
  AUDIT: 'AuditEvent',
  HEARTBEAT: 'HeartbeatEvent',
  GAP: 'GapEvent',
};

const AuthConfirmedRef = builder.objectRef<AuthConfirmed>('AuthConfirmed').implement({
  description: 'Everything is confirmed.',
  fields: (t) => ({
    authenticated: t.exposeBoolean('authenticated', { description: 'Always true.' }),
    redirect: t.exposeString('redirect', { description: 'Where a client goes now: a path.' }),
  }),
});

const TokenVersionRef = builder.objectRef<TokenVersion>('TokenVersion').implement({
  description: 'Which version of a token is the present one.',
  fields: (t) => ({
    apiName: t.expose('apiName', { type: ApiNameEnum, description: 'Whose token.' }),
    version: t.exposeInt('version', { description: 'As `Token.version`.' }),
  }),
});

const AuthEventRef = builder.interfaceRef<AuthEvent>('AuthEvent').implement({
  description: 'Something that happened to an account.',
  resolveType: ({ kind }) => TYPE_NAMES[kind],
  fields: (t) => ({
    id: t.id({
      description:
        'Rises by one with each happening, also over a restart; pass the last one seen as `after`. What is not kept, such as a tick or the state at the beginning, repeats the last id; so does what happens while the database cannot be written, until it is kept.',
      resolve: ({ id }) => String(id),
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When, by the server’s clock.' }),
    accountId: t.exposeID('accountId', { description: 'To which account.' }),
  }),
});

type EventFields<Kind extends AuthEvent['kind']> = PothosSchemaTypes.ObjectFieldBuilder<
  typeof builder.$inferSchemaTypes,
  EventOf<Kind>
>;

/** The type of one kind of event. */
const eventType = <Kind extends AuthEvent['kind']>(
  kind: Kind,
  description: string,
  fields: (t: EventFields<Kind>) => FieldMap = () => ({}),
) =>
  builder
    .objectRef<EventOf<Kind>>(TYPE_NAMES[kind])
    .implement({ interfaces: [AuthEventRef] as never[], description, fields });

eventType('AUTH_STATE', 'An account stands elsewhere now, or something blocks it.', (t) => ({
  authState: t.expose('authState', { type: AuthStateRef, description: 'How it stands.' }),
}));

eventType('TOKEN_PROGRESS', 'A generation run has moved on.', (t) => ({
  progress: t.expose('progress', { type: TokenProgressRef, description: 'How far it is.' }),
}));

eventType('COOLDOWN', 'A cooldown has begun or ended, or a second of it has gone by.', (t) => ({
  cooldown: t.expose('cooldown', { type: CooldownRef, description: 'How much is left.' }),
}));

eventType('AUTH_CONFIRMED', 'Everything is confirmed: the gate is open.', (t) => ({
  confirmation: t.expose('confirmation', { type: AuthConfirmedRef, description: 'Where to go.' }),
}));

eventType(
  'TOKEN_STORED',
  'A new token is stored: whoever holds an older version lets go of it. Whether it is VALID is told elsewhere.',
  (t) => ({ stored: t.expose('stored', { type: TokenVersionRef, description: 'Which one.' }) }),
);

eventType(
  'READINESS',
  'What is forecast for the bell has changed. Kept where the verdict has; else it repeats the last id.',
  (t) => ({ readiness: t.expose('readiness', { type: ReadinessRef, description: 'How it stands.' }) }),
);

eventType('CANARY', 'The login dialog of an API was looked at before a run needs it.', (t) => ({
  report: t.expose('report', { type: CanaryReportRef, description: 'What it has come to.' }),
}));

eventType('DB_RECOVERY', 'Memory takes over from the database, or the database is back.', (t) => ({
  recovery: t.expose('recovery', { type: DbRecoveryRef, description: 'How it stands.' }),
}));

eventType(
  'ACCOUNT_SWITCHED',
  'Another account is the active one; told to the listeners of every account. A stream without `accountId` goes on with the state and the events of this one.',
  (t) => ({ account: t.expose('account', { type: AccountRef, description: 'The active account now.' }) }),
);

eventType('AUDIT', 'Something was written down in the audit log.', (t) => ({
  entry: t.expose('entry', { type: AuditEntryRef, description: 'What was written down.' }),
}));

eventType('HEARTBEAT', 'The connection is alive; sent every 15 seconds. Repeats the last id.');

eventType('GAP', 'The history asked for with `after` is gone: read the state anew. Repeats the last id.');

builder.subscriptionFields((t) => ({
  events: t.field({
    allow: EVERYBODY,
    type: AuthEventRef,
    description:
      'Everything that happens to an account; without `accountId`, to whichever is the active one: a switch is followed by the new account’s state. Without `after` the state as it is comes first; with it, what happened since, without a gap and nothing twice.',
    args: {
      accountId: t.arg.id(accountArgument),
      after: t.arg.id({
        description: 'The id of the last event seen.',
        validate: z
          .string()
          .regex(/^\d{1,15}$/, { message: 'after should be the id of an event: a whole number.' }),
      }),
    },
    subscribe: (_root, { accountId, after }, { services, caller }) =>
      services.followEvents(caller, { accountId, after: after == null ? undefined : Number(after) }),
    resolve: (event) => event,
  }),
  authState: t.field({
    allow: EVERYBODY,
    type: AuthStateRef,
    description: 'How an account stands: now, and whenever that changes.',
    args: { accountId: t.arg.id(accountArgument) },
    subscribe: (_root, { accountId }, { services, caller }) =>
      services.followEvents(caller, { accountId, only: 'AUTH_STATE' }),
    resolve: (event) => (event as EventOf<'AUTH_STATE'>).authState,
  }),
  tokenProgress: t.field({
    allow: EVERYBODY,
    type: TokenProgressRef,
    description: 'How far the runs of an account have come; the run under way, or else the last one, first.',
    args: { accountId: t.arg.id(accountArgument) },
    subscribe: (_root, { accountId }, { services, caller }) =>
      services.followEvents(caller, { accountId, only: 'TOKEN_PROGRESS' }),
    resolve: (event) => (event as EventOf<'TOKEN_PROGRESS'>).progress,
  }),
  cooldown: t.field({
    allow: EVERYBODY,
    type: CooldownRef,
    description:
      'The cooldown of an account: now, at least once a second while it is active, and at its end.',
    args: { accountId: t.arg.id(accountArgument) },
    subscribe: (_root, { accountId }, { services, caller }) =>
      services.followEvents(caller, { accountId, only: 'COOLDOWN' }),
    resolve: (event) => (event as EventOf<'COOLDOWN'>).cooldown,
  }),
  readiness: t.field({
    allow: EVERYBODY,
    type: ReadinessRef,
    description:
      'Whether an account will have its tokens by the bell: now, and whenever that changes. Recomputed at each event and every five seconds.',
    args: { accountId: t.arg.id(accountArgument) },
    subscribe: (_root, { accountId }, { services, caller }) =>
      services.followEvents(caller, { accountId, only: 'READINESS' }),
    resolve: (event) => (event as EventOf<'READINESS'>).readiness,
  }),
  authConfirmed: t.field({
    allow: EVERYBODY,
    type: AuthConfirmedRef,
    description:
      'Told when everything is confirmed; at once to whoever begins to listen while the gate is open.',
    args: { accountId: t.arg.id(accountArgument) },
    subscribe: (_root, { accountId }, { services, caller }) =>
      services.followEvents(caller, { accountId, only: 'AUTH_CONFIRMED' }),
    resolve: (event) => (event as EventOf<'AUTH_CONFIRMED'>).confirmation,
  }),
}));
