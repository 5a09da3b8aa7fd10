import type { DbRecovery } from '../domain/events/db-recovery.ts';
import type { AuthEvent } from '../domain/events/event.ts';
import type { BackupReport } from '../services/storage/backups.ts';
import { EVERYBODY, OPERATORS } from './access/access-plugin.ts';
import { builder } from './builder.ts';
import { StorageKindEnum } from './token/token.ts';

export const DbRecoveryRef = builder.objectRef<DbRecovery>('DbRecovery').implement({
  description: 'How it stands with the database while it cannot be written, and when it is back.',
  fields: (t) => ({
    dbLocked: t.exposeBoolean('dbLocked', {
      description: 'It cannot be written: locked by another program, full, failing or read-only.',
    }),
    fallback: t.expose('fallback', { type: StorageKindEnum, description: 'Where new writes go.' }),
    autoRestart: t.exposeBoolean('autoRestart', {
      description: 'It is tried again by itself; false when it is damaged and a backup has to be restored.',
    }),
    pendingWrites: t.exposeInt('pendingWrites', {
      description: 'Transactions that wait in memory and in the spill file.',
    }),
  }),
});

const BackupRef = builder.objectRef<BackupReport>('Backup').implement({
  description: 'A copy of the whole database. Every token in it is sealed.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its file, in `.vega/backups` beside the database.' }),
    bytes: t.exposeInt('bytes', { description: 'How long it is, in bytes.' }),
    madeAt: t.expose('madeAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

builder.mutationField('backUpDatabase', (t) =>
  t.field({
    allow: OPERATORS,
    type: BackupRef,
    description:
      'Copies the database while it is in use, and keeps the newest seven copies. One is made before each run, too. Refused with DATABASE_UNAVAILABLE while the database cannot be written.',
    resolve: (_root, _args, { services }) => services.backUp(),
  }),
);

builder.subscriptionField('dbRecovery', (t) =>
  t.field({
    allow: EVERYBODY,
    type: DbRecoveryRef,
    description:
      'Told when memory takes over from the database, when that changes, and when the database is back; at once to whoever begins to listen meanwhile.',
    subscribe: (_root, _args, { services, caller }) => services.followEvents(caller, { only: 'DB_RECOVERY' }),
    resolve: (event) => (event as Extract<AuthEvent, { kind: 'DB_RECOVERY' }>).recovery,
  }),
);
