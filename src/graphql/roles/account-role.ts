import { ROLE_CREDENTIALS } from '../../domain/role/role.ts';
import type { RolePlan } from '../../domain/role/role-plan.ts';
import { endOf } from '../../domain/token/verdict.ts';
import type { AccountRole } from '../../services/roles/account-roles.ts';
import { READERS } from '../access/access-plugin.ts';
import { ApiNameEnum } from '../account/api-config.ts';
import { accountArgument, builder, enumOf, REPEATABLE } from '../builder.ts';
import { CapabilityRef } from '../capability.ts';
import { VerdictEnum } from '../token/token.ts';

export const RoleCredentialEnum = enumOf('RoleCredential', {
  description: 'What a role’s token comes from.',
  of: ROLE_CREDENTIALS,
  values: {
    LOGIN: 'A login of its own API app, every day.',
    SHARED: 'The token of another role.',
    ANALYTICS: 'The account’s analytics token: read-only, for a year, imported.',
    EXTENDED: 'The account’s extended token: read-only, for a year; a login yields it, or it is imported.',
    PASTED: 'A token that was made by hand at the broker; it dies at 03:30 IST.',
  },
});

const RolePlanRef = builder.objectRef<RolePlan>('RolePlan').implement({
  description:
    'A way to serve a role whose app the broker rejects. Only the operator applies it, with `assignRole`.',
  fields: (t) => ({
    apiName: t.expose('apiName', { type: ApiNameEnum, description: 'Which role.' }),
    credential: t.expose('credential', { type: RoleCredentialEnum, description: 'What would serve it.' }),
    sharedWith: t.expose('sharedWith', {
      type: ApiNameEnum,
      nullable: true,
      description: 'The role whose token it would share; null unless it would be SHARED.',
    }),
    why: t.exposeString('why', { description: 'Why it is proposed.' }),
    needs: t.exposeString('needs', {
      nullable: true,
      description: 'What the account has to have first; null where nothing is missing.',
    }),
  }),
});

export const AccountRoleRef = builder.objectRef<AccountRole>('AccountRole').implement({
  description: 'One of the up to six parts that an account’s tokens play, and what serves it.',
  fields: (t) => ({
    apiName: t.field({ type: ApiNameEnum, description: 'Which role.', resolve: ({ role }) => role.apiName }),
    credential: t.field({
      type: RoleCredentialEnum,
      description: 'What its token comes from.',
      resolve: ({ role }) => role.credential,
    }),
    sharedWith: t.field({
      type: ApiNameEnum,
      nullable: true,
      description: 'The role whose token it shares; null unless it is SHARED.',
      resolve: ({ role }) => role.sharedWith,
    }),
    readOnly: t.boolean({
      description: 'True where its token places no orders.',
      resolve: ({ role }) => role.isReadOnly,
    }),
    verdict: t.field({
      type: VerdictEnum,
      description: 'Of its token, as far as is known without asking the broker; `tokenStatus` asks.',
      resolve: ({ check }) => check.verdict,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When its token dies; null where there is none, or it does not say.',
      resolve: ({ token }) => (token === undefined ? null : endOf(token)),
    }),
    capabilities: t.field({
      type: [CapabilityRef],
      description: 'Whether its token can do its work, as the last probe has told.',
      resolve: async ({ accountId, role }, _args, { services }) => {
        const all = await services.probes.read(await services.accounts.resolve(accountId));
        return all.filter(({ apiName }) => apiName === role.apiName);
      },
    }),
    degraded: t.exposeBoolean('isDegraded', {
      description: 'True where it can do less than with a login of its own; `reason` says what.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'What it cannot do, and why its token is not VALID; null where neither is so.',
    }),
    plans: t.expose('plans', {
      type: [RolePlanRef],
      description: 'How it could be served while the broker rejects its app (APP_REJECTED); empty otherwise.',
    }),
  }),
});

builder.queryField('roles', (t) =>
  t.field({
    allow: READERS,
    extensions: REPEATABLE,
    type: [AccountRoleRef],
    description:
      'The roles of an account, PRIMARY first: those of its enabled API apps, and those that were assigned a credential. The broker is not asked.',
    args: { accountId: t.arg.id(accountArgument) },
    resolve: async (_root, { accountId }, { services }) =>
      services.listRoles(await services.accounts.resolve(accountId)),
  }),
);
