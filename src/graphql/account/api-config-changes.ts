import { z } from 'zod';
import { MAX_APIS } from '../../domain/account/api-name.ts';
import { APP_KEY_SHAPE, isAppKey } from '../../domain/account/app-key.ts';
import { isWebAddress } from '../../domain/net/web-address.ts';
import { Secret } from '../../domain/secret.ts';
import { OPERATORS } from '../access/access-plugin.ts';
import { accountArgument, builder } from '../builder.ts';
import { plainText } from '../plain-text.ts';
import { ApiConfigRef, ApiNameEnum } from './api-config.ts';

const SaveApiConfigInput = builder.inputType('SaveApiConfigInput', {
  description: 'An API app as it is registered at the broker. What is left out stays as it is stored.',
  fields: (t) => ({
    accountId: t.id({ description: 'An account; the active one if left out.' }),
    apiName: t.field({
      type: ApiNameEnum,
      required: true,
      description: 'Which of the six apps; one that is stored is changed.',
    }),
    clientId: t.string({
      required: true,
      description: `The app's API key: ${APP_KEY_SHAPE}.`,
      validate: plainText('clientId').refine(isAppKey, { message: `clientId should be ${APP_KEY_SHAPE}.` }),
    }),
    clientSecret: t.string({
      description: `Its secret: ${APP_KEY_SHAPE}; needed for a new app. It can never be read back.`,
      validate: plainText('clientSecret').refine(isAppKey, {
        message: `clientSecret should be ${APP_KEY_SHAPE}.`,
      }),
    }),
    redirectUri: t.string({
      description:
        'As registered at the broker, http or https. The one of the account if it was never given: UPSTOX_REDIRECT_URI, or what addAccount was told.',
      validate: plainText('redirectUri')
        .max(255)
        .refine(isWebAddress, { message: 'redirectUri should be an http(s) address.' }),
    }),
    apiIndex: t.int({
      description:
        'From 0 to 5. If left out, an app that is stored keeps its own; a new one gets the usual index of its name, or the lowest that is free.',
      validate: z
        .number()
        .int()
        .min(0)
        .max(MAX_APIS - 1, { message: 'apiIndex should be from 0 to 5.' }),
    }),
    enabled: t.boolean({
      description:
        'Whether tokens are made and checked for it. If left out, an app that is stored stays as it is; a new one is enabled.',
    }),
  }),
});

builder.mutationFields((t) => ({
  saveApiConfig: t.field({
    allow: OPERATORS,
    type: ApiConfigRef,
    description:
      'Stores or changes an API app. Refused with WRONG_STATE where no PRIMARY would be enabled, and with CONFIG_SOURCE_IS_ENV for an account that the environment describes, unless LOGIN_CONFIG_SOURCE is DATABASE.',
    args: { input: t.arg({ type: SaveApiConfigInput, required: true, description: 'The app.' }) },
    resolve: async (_root, { input }, { services }) =>
      services.apiConfigs.save(await services.accounts.resolve(input.accountId), {
        apiName: input.apiName,
        clientId: input.clientId,
        clientSecret: input.clientSecret == null ? null : new Secret(input.clientSecret),
        redirectUri: input.redirectUri ?? null,
        enabled: input.enabled ?? null,
        apiIndex: input.apiIndex ?? null,
      }),
  }),
  setApiConfigEnabled: t.field({
    allow: OPERATORS,
    type: ApiConfigRef,
    description:
      'Switches an API app on or off. PRIMARY cannot be switched off (WRONG_STATE). Refused with CONFIG_SOURCE_IS_ENV or API_NOT_CONFIGURED.',
    args: {
      accountId: t.arg.id(accountArgument),
      apiName: t.arg({ type: ApiNameEnum, required: true, description: 'Which app.' }),
      enabled: t.arg.boolean({ required: true, description: 'On or off.' }),
    },
    resolve: async (_root, { accountId, apiName, enabled }, { services }) =>
      services.apiConfigs.setEnabled(await services.accounts.resolve(accountId), apiName, enabled),
  }),
  removeApiConfig: t.boolean({
    allow: OPERATORS,
    description:
      'Removes an API app; true when there was one. Its token stays stored. PRIMARY is not removed (WRONG_STATE). Refused with CONFIG_SOURCE_IS_ENV.',
    args: {
      accountId: t.arg.id(accountArgument),
      apiName: t.arg({ type: ApiNameEnum, required: true, description: 'Which app.' }),
    },
    resolve: async (_root, { accountId, apiName }, { services }) =>
      services.apiConfigs.remove(await services.accounts.resolve(accountId), apiName),
  }),
}));
