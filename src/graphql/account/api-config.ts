import { type ApiConfig, CONFIG_SOURCES } from '../../domain/account/api-config.ts';
import { API_NAMES } from '../../domain/account/api-name.ts';
import { READERS } from '../access/access-plugin.ts';
import { accountArgument, builder, enumOf } from '../builder.ts';

export const ApiNameEnum = enumOf('ApiName', {
  description: 'The six API apps an account can have at the broker.',
  of: API_NAMES,
  values: {
    PRIMARY: 'The root of everything: without its token nothing is confirmed.',
    WEBSOCKET1: 'First market-data feed.',
    WEBSOCKET2: 'Second market-data feed.',
    WEBSOCKET3: 'Third market-data feed.',
    OPTIONCHAIN1: 'First option-chain reader.',
    OPTIONCHAIN2: 'Second option-chain reader.',
  },
});

export const ConfigSourceEnum = enumOf('ConfigSource', {
  description: 'Where something is configured; of API apps LOGIN_CONFIG_SOURCE says it.',
  of: CONFIG_SOURCES,
  values: {
    ENV: 'In environment variables or `.env`.',
    DATABASE: 'In the table upstox_api_configs.',
  },
});

export const ApiConfigRef = builder.objectRef<ApiConfig>('ApiConfig').implement({
  description: 'One API app as it is registered at the broker. Its client secret can be written, never read.',
  fields: (t) => ({
    apiIndex: t.exposeInt('apiIndex', { description: 'The number n of UPSTOX_CLIENT_ID_n, from 0 to 5.' }),
    apiName: t.expose('apiName', { type: ApiNameEnum, description: 'Which of the six apps it is.' }),
    clientId: t.exposeString('clientId', { description: "The app's API key." }),
    redirectUri: t.exposeString('redirectUri', {
      description: 'Exactly as registered at the broker; it need not be served.',
    }),
    isPrimary: t.exposeBoolean('isPrimary', { description: 'True for PRIMARY.' }),
    enabled: t.exposeBoolean('enabled', {
      description: 'Tokens are made and checked for enabled apps only.',
    }),
    source: t.expose('source', { type: ConfigSourceEnum, description: 'Where this app is configured.' }),
  }),
});

builder.queryField('apiConfigs', (t) =>
  t.field({
    allow: READERS,
    type: [ApiConfigRef],
    description: 'The API apps of an account, PRIMARY first, then by index.',
    args: { accountId: t.arg.id(accountArgument) },
    resolve: async (_root, { accountId }, { services }) =>
      services.apiConfigs.list(await services.accounts.resolve(accountId)),
  }),
);
