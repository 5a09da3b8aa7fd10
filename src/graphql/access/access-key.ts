import { z } from 'zod';
import { ACCESS_ROLES, type AccessKey } from '../../domain/account/access-key.ts';
import type { CreatedKey } from '../../services/access/access-keys.ts';
import { type LoginLink, loginPath } from '../../services/access/sessions.ts';
import { ApiNameEnum } from '../account/api-config.ts';
import { builder, enumOf } from '../builder.ts';
import { plainText } from '../plain-text.ts';
import { OPERATORS } from './access-plugin.ts';

export const AccessRoleEnum = enumOf('Role', {
  description: 'What the holder of a key may do. Each field of the root types says which roles may use it.',
  of: ACCESS_ROLES,
  values: {
    OPERATOR: 'Everything but being handed tokens.',
    VIEWER: 'Reads, and changes nothing.',
    SERVICE: 'A program that needs tokens: is handed them, and follows how they stand.',
  },
});

const AccessKeyRef = builder.objectRef<AccessKey>('AccessKey').implement({
  description: 'A key that was made for a person or a program. Its text is known to its holder alone.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Names the key in the audit log; opens nothing.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    role: t.expose('role', { type: AccessRoleEnum, description: 'What its holder may do.' }),
    accountId: t.id({
      nullable: true,
      description: 'The one account it is made for; null for every account.',
      resolve: ({ bounds }) => bounds.accountId,
    }),
    apiNames: t.field({
      type: [ApiNameEnum],
      nullable: true,
      description: 'The APIs whose tokens it is made for; null for all of them.',
      resolve: ({ bounds }) => bounds.apiNames,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it opens nothing any more; null while it is good.',
    }),
  }),
});

const CreatedAccessKeyRef = builder.objectRef<CreatedKey>('CreatedAccessKey').implement({
  description: 'A key that was just made.',
  fields: (t) => ({
    id: t.id({ description: 'Names the key; opens nothing.', resolve: ({ key }) => key.id }),
    name: t.string({ description: 'For people.', resolve: ({ key }) => key.name }),
    role: t.field({
      type: AccessRoleEnum,
      description: 'What its holder may do.',
      resolve: ({ key }) => key.role,
    }),
    key: t.expose('key', { type: AccessKeyRef, description: 'The key as `accessKeys` lists it.' }),
    secret: t.string({
      description: 'What its holder sends as `Authorization: Bearer …`. It is told here and never again.',
      resolve: ({ secret }) => secret.reveal(),
    }),
  }),
});

const CreateAccessKeyInput = builder.inputType('CreateAccessKeyInput', {
  description: 'A key to be made.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'For people, 1 to 100 characters: who will hold it.',
      validate: plainText('name')
        .trim()
        .min(1, { message: 'name should be 1 to 100 characters.' })
        .max(100, { message: 'name should be 1 to 100 characters.' }),
    }),
    role: t.field({ type: AccessRoleEnum, required: true, description: 'What its holder may do.' }),
    accountId: t.id({ description: 'SERVICE only: the one account it is for; every account if left out.' }),
    apiNames: t.field({
      type: [ApiNameEnum],
      description: 'SERVICE only: the APIs whose tokens it is for; all of them if left out.',
      validate: z
        .array(z.string())
        .min(1, { message: 'apiNames should name at least one API, or be left out.' }),
    }),
  }),
});

const LoginLinkRef = builder.objectRef<LoginLink>('LoginLink').implement({
  description: 'Lets one browser in, once.',
  fields: (t) => ({
    path: t.string({
      description:
        'To be opened at the address of this server. Whoever has it is let in: it is no text to keep.',
      resolve: loginPath,
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'From then on it opens nothing.' }),
  }),
});

builder.queryField('accessKeys', (t) =>
  t.field({
    type: [AccessKeyRef],
    allow: OPERATORS,
    description:
      'Every key that was made, the oldest first, revoked ones included. The operator’s own is none of them.',
    resolve: (_root, _args, { services }) => services.accessKeys.list(),
  }),
);

builder.mutationFields((t) => ({
  createAccessKey: t.field({
    type: CreatedAccessKeyRef,
    allow: OPERATORS,
    description: 'Makes a key for a person or a program. Its text is in this answer and in no other.',
    args: {
      input: t.arg({ type: CreateAccessKeyInput, required: true, description: 'What it is to be.' }),
    },
    resolve: async (_root, { input }, { services }) => {
      const { name, role, accountId, apiNames } = input;
      if (accountId != null) await services.accounts.resolve(accountId);
      const bounds = {
        accountId: accountId ?? null,
        apiNames: apiNames == null ? null : [...new Set(apiNames)],
      };
      return services.accessKeys.create({ name, role, bounds });
    },
  }),
  revokeAccessKey: t.boolean({
    allow: OPERATORS,
    description:
      'Ends a key for good: its open streams end at once, and `tokenLeases` forgets it. Tokens that it was handed live on until they expire or are replaced. False when that was done before; refused with NOT_FOUND where there is no such key.',
    args: { id: t.arg.id({ required: true, description: 'Which key.' }) },
    resolve: (_root, { id }, { services }) => services.accessKeys.revoke(id),
  }),
  createLoginLink: t.field({
    type: LoginLinkRef,
    allow: OPERATORS,
    description:
      'Makes a link that logs one browser in as the operator, once, within the hour. The server prints one when it starts.',
    resolve: (_root, _args, { services }) => services.sessions.issueLink(),
  }),
  endSessions: t.int({
    allow: OPERATORS,
    description:
      'Sends every browser away, whether a one-time link or a key has let it in, this one included, and answers how many there were.',
    resolve: (_root, _args, { services }) => services.sessions.endAll(),
  }),
}));
