import type { LeaseHolder, TokenLease } from '../../services/tokens/token-leases.ts';
import { READERS, SERVICES } from '../access/access-plugin.ts';
import { ApiNameEnum } from '../account/api-config.ts';
import { accountArgument, builder } from '../builder.ts';

const TokenLeaseRef = builder.objectRef<TokenLease>('TokenLease').implement({
  description: 'A token in the hands of a program: the only answer that holds one.',
  fields: (t) => ({
    apiName: t.expose('apiName', { type: ApiNameEnum, description: 'Whose token it is.' }),
    accessToken: t.string({
      description: 'The token itself. Keep it in memory only.',
      resolve: ({ accessToken }) => accessToken.reveal(),
    }),
    version: t.exposeInt('version', {
      description: 'As `Token.version`. Let go of it when a TokenStoredEvent names a higher one.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'From this instant on it is dead; the next 03:30 IST where the token does not say.',
    }),
    readOnly: t.exposeBoolean('readOnly', {
      description: 'True where the broker takes no order with it: an analytics or extended token.',
    }),
  }),
});

const TokenLeaseHolderRef = builder.objectRef<LeaseHolder>('TokenLeaseHolder').implement({
  description: 'Which key was handed which version of a token last.',
  fields: (t) => ({
    keyId: t.exposeID('keyId', { description: 'The key.' }),
    keyName: t.exposeString('keyName', { description: 'Its name.' }),
    accountId: t.exposeID('accountId', { description: 'Of which account.' }),
    apiName: t.expose('apiName', { type: ApiNameEnum, description: 'Whose token.' }),
    version: t.exposeInt('version', { description: 'Which version.' }),
    leasedAt: t.expose('leasedAt', { type: 'DateTime', description: 'When.' }),
    isPresent: t.exposeBoolean('isPresent', {
      description: 'False when that key still runs on a token that was replaced.',
    }),
  }),
});

builder.queryField('tokenLeases', (t) =>
  t.field({
    type: [TokenLeaseHolderRef],
    allow: READERS,
    description: 'Which key runs on which version of which token. Revoked keys are left out.',
    args: { accountId: t.arg.id(accountArgument) },
    resolve: async (_root, { accountId }, { services }) =>
      services.listLeases(await services.accounts.resolve(accountId)),
  }),
);

builder.mutationField('leaseToken', (t) =>
  t.field({
    type: TokenLeaseRef,
    allow: SERVICES,
    description:
      'Hands a token to a program, and writes that down first. Refused with TOKEN_NOT_VALID unless its verdict is VALID (the broker is asked where that is not known), with FORBIDDEN for what the key is not made for, with API_NOT_CONFIGURED for a role that there is not, and with WRONG_STATE while the token is being replaced.',
    args: {
      accountId: t.arg.id(accountArgument),
      apiName: t.arg({ type: ApiNameEnum, required: true, description: 'Whose token.' }),
    },
    resolve: async (_root, { accountId, apiName }, { services, caller }) =>
      services.leaseToken(caller, await services.accounts.resolve(accountId), apiName),
  }),
);
