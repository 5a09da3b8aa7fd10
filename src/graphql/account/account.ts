import { type Account, mask } from '../../domain/account/account.ts';
import { READERS } from '../access/access-plugin.ts';
import { AuthStateRef } from '../auth-state.ts';
import { builder, REPEATABLE } from '../builder.ts';
import { TokenRef } from '../token/token.ts';
import { ApiConfigRef, ConfigSourceEnum } from './api-config.ts';

export const AccountRef = builder.objectRef<Account>('Account').implement({
  description: 'One login at the broker.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Our name for it, such as UPSTOX_01.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    client: t.string({
      nullable: true,
      description: 'The broker’s user id, masked; null until the first verified login.',
      resolve: ({ brokerUserId }) => (brokerUserId === null ? null : mask(brokerUserId)),
    }),
    broker: t.string({ description: 'Always UPSTOX.', resolve: () => 'UPSTOX' }),
    plan: t.string({
      nullable: true,
      description:
        'PLUS or BASIC, from the claim isPlusPlan of the PRIMARY token; null when it is not known.',
      resolve: async (account, _args, { services }) => {
        const known = await services.verifier.lastKnown(account, await services.roles.list(account));
        const primary = known.find(({ role }) => role.isPrimary)?.token;
        const isPlus = primary === undefined ? null : primary.claims.isPlusPlan;
        return isPlus === null ? null : isPlus ? 'PLUS' : 'BASIC';
      },
    }),
    isActive: t.exposeBoolean('isActive', {
      description: 'True for the account that requests without accountId mean; `switchAccount` chooses it.',
    }),
    source: t.field({
      type: ConfigSourceEnum,
      nullable: true,
      description:
        'Where its credentials are; null for an account that the environment described once and does not any more.',
      resolve: (account, _args, { services }) => services.accounts.sourceOf(account),
    }),
    authState: t.field({
      type: AuthStateRef,
      description: 'As the query `authState`.',
      resolve: (account, _args, { services }) => services.states.read(account),
    }),
    tokens: t.field({
      type: [TokenRef],
      description: 'As the query `tokens`.',
      resolve: async (account, _args, { services }) =>
        services.verifier.lastKnown(account, await services.roles.list(account)),
    }),
    apiConfigs: t.field({
      type: [ApiConfigRef],
      description: 'As the query `apiConfigs`.',
      resolve: (account, _args, { services }) => services.apiConfigs.list(account),
    }),
  }),
});

builder.queryFields((t) => ({
  accounts: t.field({
    allow: READERS,
    extensions: REPEATABLE,
    type: [AccountRef],
    description: 'Every account.',
    resolve: (_root, _args, { services }) => services.accounts.list(),
  }),
  activeAccount: t.field({
    allow: READERS,
    extensions: REPEATABLE,
    type: AccountRef,
    description: 'The account that requests without accountId mean.',
    resolve: (_root, _args, { services }) => services.accounts.resolve(null),
  }),
}));
