import { z } from 'zod';
import { CANARY_ORIGINS, CANARY_VERDICTS, type CanaryReport } from '../domain/canary/canary-report.ts';
import { OPERATORS, READERS } from './access/access-plugin.ts';
import { ApiNameEnum } from './account/api-config.ts';
import { accountArgument, builder, enumOf } from './builder.ts';
import { FailureCodeEnum } from './run/failure.ts';

const CanaryVerdictEnum = enumOf('CanaryVerdict', {
  description: 'What a look at the login dialog has come to.',
  of: CANARY_VERDICTS,
  values: {
    SAME: 'The login finds its way, and the page is as it was.',
    CHANGED: 'The login finds its way; something else of the page has changed.',
    DRIFT: 'The login would fail there, or what it types into, presses or relies on has changed.',
    NOT_KNOWN:
      'The page was not seen: the broker did not answer, is closed or rests, or the look was broken off.',
  },
});

const CanaryOriginEnum = enumOf('CanaryOrigin', {
  description: 'Who wanted a look at the login dialog.',
  of: CANARY_ORIGINS,
  values: {
    OPERATOR: 'Somebody asked for it.',
    SCHEDULE: 'The evening before a scheduled start, or the hour before it.',
  },
});

export const CanaryReportRef = builder.objectRef<CanaryReport>('CanaryReport').implement({
  description:
    'A look at the login dialog of one API, before a run needs it. Nothing was typed or pressed; only its first page can be seen so.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Which one.' }),
    accountId: t.exposeID('accountId', { description: 'Of which account.' }),
    apiName: t.expose('apiName', { type: ApiNameEnum, description: 'Whose dialog.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was opened.' }),
    origin: t.expose('origin', { type: CanaryOriginEnum, description: 'Who wanted it.' }),
    verdict: t.expose('verdict', { type: CanaryVerdictEnum, description: 'What it has come to.' }),
    message: t.exposeString('message', { description: 'For people; holds no secret.' }),
    nextAction: t.exposeString('nextAction', { description: 'What to do, in words.' }),
    changes: t.exposeStringList('changes', {
      description: 'What differs from what is kept of the last good look or login, the most serious first.',
    }),
    failure: t.expose('failure', {
      type: FailureCodeEnum,
      nullable: true,
      description: 'With what a login would fail there, such as CAPTCHA; null where that is not known.',
    }),
    comparedWith: t.expose('comparedWith', {
      type: 'DateTime',
      nullable: true,
      description: 'When what it was compared with was seen; null where nothing was kept.',
    }),
  }),
});

builder.queryFields((t) => ({
  canaryReports: t.field({
    allow: READERS,
    type: [CanaryReportRef],
    description: 'The looks at an account’s login dialogs, the newest first.',
    args: {
      accountId: t.arg.id(accountArgument),
      first: t.arg.int({
        defaultValue: 20,
        description: 'How many, from 1 to 200.',
        validate: z.int().min(1).max(200),
      }),
    },
    resolve: async (_root, { accountId, first }, { services }) => {
      const account = await services.accounts.resolve(accountId);
      return [...(await services.canary.reports(account, first ?? 20))];
    },
  }),
}));

builder.mutationFields((t) => ({
  runCanary: t.field({
    allow: OPERATORS,
    type: [CanaryReportRef],
    description:
      'Opens the login dialog of each API once, compares it with what is kept, and answers then. It types and presses nothing, and gives way to runs.',
    args: {
      accountId: t.arg.id(accountArgument),
      apiNames: t.arg({
        type: [ApiNameEnum],
        description: 'Of which APIs; without it of PRIMARY alone, for the page is the same for every app.',
      }),
    },
    resolve: async (_root, { accountId, apiNames }, { services }) => {
      const account = await services.accounts.resolve(accountId);
      return [...(await services.canary.run(account, apiNames ?? null))];
    },
  }),
}));
