import type { Profile } from '../../domain/token/profile.ts';
import { STORE_OPERATIONS } from '../../domain/token/token.ts';
import type { LoginSuccess } from '../../services/tokens/token-status.ts';
import { READERS } from '../access/access-plugin.ts';
import { ApiNameEnum } from '../account/api-config.ts';
import { accountArgument, builder, enumOf } from '../builder.ts';

const StoreOperationEnum = enumOf('StoreOperation', {
  description: 'What storing a token did.',
  of: STORE_OPERATIONS,
  values: { INSERTED: 'There was none before.', REPLACED: 'It took the place of an older one.' },
});

const LoginDatabaseRef = builder.objectRef<LoginSuccess>('LoginDatabase').implement({
  description: 'Where the token went.',
  fields: (t) => ({
    path: t.string({
      description: 'The file, relative to the working directory.',
      resolve: ({ databaseLabel }) => databaseLabel,
    }),
    operation: t.expose('operation', { type: StoreOperationEnum, description: 'What storing it did.' }),
    totalActiveTokens: t.exposeInt('totalActiveTokens', {
      description: 'Tokens of the account that are marked active.',
    }),
  }),
});

/** Stands for what is personal, whatever it is: neither a letter nor the length shows. */
const MASK = '******';

const ProfileRef = builder.objectRef<Profile>('Profile').implement({
  description: 'Whose token it is, as the broker’s profile call told; name, id and e-mail are not shown.',
  fields: (t) => ({
    userName: t.string({ description: 'Always `******`.', resolve: () => MASK }),
    userId: t.string({ description: 'Always `******`.', resolve: () => MASK }),
    email: t.string({ description: 'Always `******`.', resolve: () => MASK }),
    broker: t.exposeString('broker', { description: 'UPSTOX.' }),
    exchanges: t.exposeStringList('exchanges', {
      description: 'Such as NSE, NFO, BSE, CDS, BFO, BCD, MCX, NSCOM.',
    }),
    products: t.exposeStringList('products', {
      description: 'Such as D, CO, I, OCO, MTF.',
    }),
    orderTypes: t.exposeStringList('orderTypes', {
      description: 'Such as MARKET, LIMIT, SL, SL-M.',
    }),
    userType: t.exposeString('userType', { description: 'Such as individual.' }),
    poa: t.exposeBoolean('poa', { description: 'Power of attorney given.' }),
    ddpi: t.exposeBoolean('ddpi', { description: 'Demat debit and pledge instruction given.' }),
    isActive: t.exposeBoolean('isActive', { description: 'Whether the broker calls the account active.' }),
  }),
});

const LoginSuccessRef = builder.objectRef<LoginSuccess>('LoginSuccess').implement({
  description: 'A login that worked.',
  fields: (t) => ({
    status: t.string({ description: 'Always SUCCESS.', resolve: () => 'SUCCESS' }),
    message: t.string({
      description: 'For people.',
      resolve: () => 'Access token generated and stored successfully',
    }),
    apiName: t.expose('apiName', { type: ApiNameEnum, description: 'Which API.' }),
    database: t.field({
      type: LoginDatabaseRef,
      description: 'Where the token went.',
      resolve: (success) => success,
    }),
    profile: t.expose('profile', { type: ProfileRef, description: 'Whose it is.' }),
  }),
});

builder.queryField('loginSuccess', (t) =>
  t.field({
    allow: READERS,
    type: LoginSuccessRef,
    nullable: true,
    description:
      'The facts of one API’s login; null unless its token is VALID. Asks the broker once if nobody has since the server started.',
    args: {
      accountId: t.arg.id(accountArgument),
      apiName: t.arg({ type: ApiNameEnum, description: 'Which API; PRIMARY if left out.' }),
    },
    resolve: async (_root, { accountId, apiName }, { services }) =>
      services.readLoginSuccess(await services.accounts.resolve(accountId), apiName ?? 'PRIMARY'),
  }),
);
