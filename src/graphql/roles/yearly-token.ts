import type { HeldToken } from '../../domain/role/held-token.ts';
import { READERS } from '../access/access-plugin.ts';
import { accountArgument, builder, REPEATABLE } from '../builder.ts';
import { RoleCredentialEnum } from './account-role.ts';

const YearlyTokenRef = builder.objectRef<HeldToken>('YearlyToken').implement({
  description:
    'A read-only token that lives for a year. It is sealed, and several roles may be served by it. Its value is in no answer.',
  fields: (t) => ({
    kind: t.field({
      type: RoleCredentialEnum,
      description: 'ANALYTICS or EXTENDED.',
      resolve: ({ kind }) => kind,
    }),
    fingerprint: t.exposeString('fingerprint', {
      description: 'The first twelve hexadecimal digits of its SHA-256.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it dies; null where it does not say.',
    }),
    importedAt: t.expose('importedAt', { type: 'DateTime', description: 'When it was stored.' }),
    checkedAt: t.expose('checkedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the broker last answered a call about it; null if never.',
    }),
    version: t.exposeInt('version', { description: 'Rises by one whenever it is replaced.' }),
    inTokenTable: t.exposeBoolean('isInTokenTable', {
      description: 'True where the operator wanted it in `upstox_tokens`, too, for other programs.',
    }),
  }),
});

builder.queryField('yearlyTokens', (t) =>
  t.field({
    allow: READERS,
    extensions: REPEATABLE,
    type: [YearlyTokenRef],
    description: 'The account’s tokens that live for a year: at most one of each kind.',
    args: { accountId: t.arg.id(accountArgument) },
    resolve: async (_root, { accountId }, { services }) =>
      services.listHeldTokens(await services.accounts.resolve(accountId)),
  }),
);
