import type { HumanLogin } from '../../services/human-login/human-login.ts';
import { OPERATORS } from '../access/access-plugin.ts';
import { ApiNameEnum } from '../account/api-config.ts';
import { accountArgument, builder } from '../builder.ts';

const HumanLoginRef = builder.objectRef<HumanLogin>('HumanLogin').implement({
  description: 'A login that a person is about to do in a browser of their own.',
  fields: (t) => ({
    runId: t.exposeID('runId', {
      description:
        'The run that waits for it; follow it with `generationRun`, end it with `abortGeneration`.',
    }),
    apiName: t.expose('apiName', { type: ApiNameEnum, description: 'For which API.' }),
    url: t.exposeString('url', {
      description:
        'The broker’s authorization dialog, to be opened by the person. Good for one login; keep it private.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'Until when the broker’s redirect is waited for: ten minutes.',
    }),
  }),
});

builder.mutationField('beginHumanLogin', (t) =>
  t.field({
    allow: OPERATORS,
    type: HumanLoginRef,
    description:
      'Lets a person log in by hand for one API, and starts a run that waits for the broker’s redirect. The app’s redirect URI has to lead to /api/v1/auth/upstox/callback of this server. Refused like generateTokens, and with API_NOT_CONFIGURED.',
    args: {
      accountId: t.arg.id(accountArgument),
      apiName: t.arg({ type: ApiNameEnum, required: true, description: 'For which API.' }),
      replaceValid: t.arg.boolean({
        description: 'Allow replacing a token that is VALID or UNKNOWN. Default false.',
      }),
    },
    resolve: async (_root, { accountId, apiName, replaceValid }, { services }) =>
      services.beginHumanLogin(await services.accounts.resolve(accountId), apiName, replaceValid ?? false),
  }),
);
