import { mayUseApi } from '../../domain/account/access-key.ts';
import { EXPIRY_LEVELS } from '../../domain/token/expiry.ts';
import { toLocalIst } from '../../domain/wall-time.ts';
import type { TokenExpiry } from '../../services/tokens/token-status.ts';
import { EVERYBODY } from '../access/access-plugin.ts';
import { ApiNameEnum } from '../account/api-config.ts';
import { accountArgument, builder, enumOf } from '../builder.ts';

const ExpiryLevelEnum = enumOf('ExpiryLevel', {
  description: 'How urgent the end of a token is.',
  of: EXPIRY_LEVELS,
  values: {
    GREEN: 'An hour or more is left.',
    AMBER: 'Less than an hour is left.',
    RED: 'Less than ten minutes are left.',
    EXPIRED: 'Its time is up.',
  },
});

const TokenExpiryRef = builder.objectRef<TokenExpiry>('TokenExpiry').implement({
  description: 'When one API’s token ends.',
  fields: (t) => ({
    apiName: t.expose('apiName', { type: ApiNameEnum, description: 'Whose token.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'From this instant on it is dead.' }),
    expiresAtIst: t.string({
      description: 'The same as wall time of India without a zone, such as 2026-01-01T03:30:00.',
      resolve: ({ expiresAt }) => toLocalIst(expiresAt),
    }),
    remainingSeconds: t.exposeInt('remainingSeconds', {
      description: 'Whole seconds left by the server’s clock, never negative.',
    }),
    level: t.expose('level', { type: ExpiryLevelEnum, description: 'How urgent that is.' }),
  }),
});

builder.queryField('tokenExpiry', (t) =>
  t.field({
    allow: EVERYBODY,
    type: [TokenExpiryRef],
    description:
      'When the tokens of the enabled APIs end, PRIMARY first; APIs without a readable end are left out. Reading it triggers nothing.',
    args: { accountId: t.arg.id(accountArgument) },
    resolve: async (_root, { accountId }, { services, caller }) => {
      const expiries = await services.readTokenExpiry(await services.accounts.resolve(accountId));
      return expiries.filter(({ apiName }) => mayUseApi(caller.bounds, apiName));
    },
  }),
);
