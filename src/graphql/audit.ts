import { z } from 'zod';
import { AUDIT_COMPONENTS, SEVERITIES } from '../domain/events/act.ts';
import type { AuditVerification, StoredAuditEntry } from '../domain/events/audit.ts';
import type { AuthEvent } from '../domain/events/event.ts';
import type { AuditPage } from '../services/audit/audit-log.ts';
import { OPERATORS, READERS } from './access/access-plugin.ts';
import { ApiNameEnum } from './account/api-config.ts';
import { builder, enumOf } from './builder.ts';

const SeverityEnum = enumOf('Severity', {
  description: 'How grave an act is.',
  of: SEVERITIES,
  values: {
    INFO: 'As it should be.',
    WARN: 'An operator did something grave, or something needs a look.',
    ERROR: 'Something went wrong.',
  },
});

const AuditComponentEnum = enumOf('AuditComponent', {
  description: 'The part of the system that an act belongs to.',
  of: AUDIT_COMPONENTS,
  values: {
    AUTH: 'Logins, tokens, verdicts, the gate.',
    DB: 'The database, its backups and its failover.',
    API: 'The server, its keys and its configuration.',
  },
});

export const AuditEntryRef = builder.objectRef<StoredAuditEntry>('AuditEntry').implement({
  description: 'One act, written down in the transaction that did it. Never holds a secret.',
  fields: (t) => ({
    id: t.id({ description: 'Its place in the log; rises by one.', resolve: ({ id }) => String(id) }),
    timestamp: t.field({
      type: 'DateTime',
      description: 'When, by the server’s clock.',
      resolve: ({ at }) => at,
    }),
    severity: t.expose('severity', { type: SeverityEnum, description: 'How grave it is.' }),
    component: t.expose('component', { type: AuditComponentEnum, description: 'What it belongs to.' }),
    kind: t.exposeString('kind', { description: 'Which act it is, as a constant such as TOKEN_STORED.' }),
    message: t.exposeString('message', { description: 'What was done, in words.' }),
    correlationId: t.exposeID('correlationId', {
      nullable: true,
      description: 'Ties together what belongs together: the id of the generation run.',
    }),
    accountId: t.exposeID('accountId', {
      nullable: true,
      description: 'Whose act; null for the whole server.',
    }),
    apiName: t.expose('apiName', {
      type: ApiNameEnum,
      nullable: true,
      description: 'Which API it concerns; null for none in particular.',
    }),
  }),
});

const EdgeRef = builder.objectRef<StoredAuditEntry>('AuditLogEdge').implement({
  description: 'An entry with its cursor.',
  fields: (t) => ({
    cursor: t.string({ description: 'Pass it as `after`.', resolve: ({ id }) => String(id) }),
    node: t.field({ type: AuditEntryRef, description: 'The entry.', resolve: (entry) => entry }),
  }),
});

const PageInfoRef = builder.objectRef<AuditPage>('PageInfo').implement({
  description: 'Where a page lies, as Relay’s connections have it.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Older entries follow.' }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', { description: 'The page began behind a cursor.' }),
    startCursor: t.string({
      nullable: true,
      description: 'Cursor of the page’s first entry.',
      resolve: ({ entries }) => cursorOf(entries[0]),
    }),
    endCursor: t.string({
      nullable: true,
      description: 'Cursor of its last one.',
      resolve: ({ entries }) => cursorOf(entries.at(-1)),
    }),
  }),
});

const cursorOf = (entry: StoredAuditEntry | undefined): string | null =>
  entry === undefined ? null : String(entry.id);

const ConnectionRef = builder.objectRef<AuditPage>('AuditLogConnection').implement({
  description: 'A page of the audit log, the newest entries first.',
  fields: (t) => ({
    edges: t.field({
      type: [EdgeRef],
      description: 'The entries with their cursors.',
      resolve: ({ entries }) => entries,
    }),
    nodes: t.field({
      type: [AuditEntryRef],
      description: 'The entries alone.',
      resolve: ({ entries }) => entries,
    }),
    pageInfo: t.field({ type: PageInfoRef, description: 'Where the page lies.', resolve: (page) => page }),
  }),
});

const VerificationRef = builder.objectRef<AuditVerification>('AuditVerification').implement({
  description: 'What a look through the whole audit log has found.',
  fields: (t) => ({
    valid: t.exposeBoolean('valid', { description: 'Every entry is there, and is as it was written.' }),
    entries: t.exposeInt('entries', { description: 'How many were found to be sound.' }),
    firstBadEntry: t.id({
      nullable: true,
      description:
        'The first one that was edited, moved or is missing; null when it cannot be named, or there is none.',
      resolve: ({ firstBadId }) => (firstBadId === null ? null : String(firstBadId)),
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'What is wrong, in words.' }),
  }),
});

builder.queryField('auditLog', (t) =>
  t.field({
    allow: READERS,
    type: ConnectionRef,
    description: 'What was done, the newest first. A log of a million entries pages as fast as a short one.',
    args: {
      first: t.arg.int({
        description: 'How many entries, 1 to 500; 100 if left out.',
        validate: z
          .number()
          .min(1, { message: 'first should be 1 to 500.' })
          .max(500, { message: 'first should be 1 to 500.' }),
      }),
      after: t.arg.string({
        description: 'The cursor behind which the page begins.',
        validate: z
          .string()
          .regex(/^\d{1,15}$/, { message: 'after should be a cursor: `endCursor` of the page before.' }),
      }),
      severity: t.arg({ type: SeverityEnum, description: 'Only entries of this severity.' }),
      component: t.arg({ type: AuditComponentEnum, description: 'Only entries of this component.' }),
      correlationId: t.arg.id({ description: 'Only entries that belong together under this id.' }),
    },
    resolve: (_root, args, { services }) => services.readAuditLog(args),
  }),
);

builder.mutationField('verifyAudit', (t) =>
  t.field({
    allow: OPERATORS,
    type: VerificationRef,
    description:
      'Looks through the whole audit log: every entry holds a keyed hash of itself and of the one before it, and a signed file beside the database tells how many there are.',
    resolve: (_root, _args, { services }) => services.verifyAudit(),
  }),
);

builder.subscriptionField('auditLog', (t) =>
  t.field({
    allow: READERS,
    type: AuditEntryRef,
    description:
      'Entries of the audit log as they are written, of the active account and of the server as a whole.',
    subscribe: (_root, _args, { services, caller }) => services.followEvents(caller, { only: 'AUDIT' }),
    resolve: (event) => (event as Extract<AuthEvent, { kind: 'AUDIT' }>).entry,
  }),
);
