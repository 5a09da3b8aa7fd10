import { z } from 'zod';
import { ACQUISITION_PATHS } from '../../domain/run/acquisition.ts';
import { NEXT_ACTIONS } from '../../domain/run/failure.ts';
import {
  type EndedToken,
  GENERATION_MODES,
  type GenerationRun,
  RUN_STATUSES,
  type TokenProgress,
} from '../../domain/run/generation-run.ts';
import { endedTokenText } from '../../domain/token/ended-token.ts';
import { OPERATORS, READERS } from '../access/access-plugin.ts';
import { ApiNameEnum } from '../account/api-config.ts';
import { accountArgument, builder, enumOf } from '../builder.ts';
import { LoginStepEnum, RunStepRef } from './run-step.ts';

export const GenerationModeEnum = enumOf('GenerationMode', {
  description: 'Which tokens to make.',
  of: GENERATION_MODES,
  values: {
    ALL: 'Those of every enabled API; replacing valid ones needs replaceValid.',
    INVALID_ONLY: 'Those that are EXPIRED, INVALID or MISSING; UNKNOWN ones only with includeUnknown.',
    PARTIAL: 'Those of the APIs that are named.',
  },
});

const AcquisitionPathEnum = enumOf('AcquisitionPath', {
  description: 'How a run gets its tokens. Both ways end in the same checks and the same table.',
  of: ACQUISITION_PATHS,
  values: {
    BROWSER: 'It logs in, in a browser, with mobile number, TOTP and PIN.',
    APPROVAL:
      'It types nothing: the broker asks the account’s owner on the phone, and sends the token to the notifier webhook. The run waits, also over a restart, until the request lapses.',
  },
});

const RunStatusEnum = enumOf('RunStatus', {
  description: 'How a run stands.',
  of: RUN_STATUSES,
  values: {
    RUNNING: 'Under way.',
    WAITING_OPERATOR: 'A person has to act: in the browser window, on the phone or at the broker’s login.',
    COOLDOWN: 'Waiting until the broker accepts logins again.',
    COMPLETED: 'Every token of it was made and confirmed.',
    STOPPED: 'It ended with some missing; the steps, or `endedTokens`, say why.',
    ABORTED: 'It was ended on request.',
    QUEUED: 'Another account’s run has the browser; it waits its turn.',
  },
});

const EndedTokenRef = builder.objectRef<EndedToken>('EndedToken').implement({
  description: 'A token that a run has ended by making another one.',
  fields: (t) => ({
    apiName: t.expose('apiName', { type: ApiNameEnum, description: 'Whose token it was.' }),
    endedBy: t.expose('endedBy', {
      type: [ApiNameEnum],
      description: 'The APIs whose tokens were made after it had last worked; one of them has ended it.',
    }),
    message: t.string({ description: 'For people.', resolve: endedTokenText }),
    nextAction: t.string({
      description: 'What to do, in words.',
      resolve: () => NEXT_ACTIONS.TOKEN_ENDED,
    }),
  }),
});

export const GenerationRunRef = builder.objectRef<GenerationRun>('GenerationRun').implement({
  description: 'One execution of `generateTokens`.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Also the correlation id in the log.' }),
    accountId: t.exposeID('accountId', { description: 'Whose tokens it makes.' }),
    mode: t.expose('mode', { type: GenerationModeEnum, description: 'What was asked for.' }),
    status: t.expose('status', { type: RunStatusEnum, description: 'How it stands.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it was stored.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Null while it is under way.',
    }),
    waitingUntil: t.expose('waitingUntil', {
      type: 'DateTime',
      nullable: true,
      description:
        'Until when a person may act, while the status is WAITING_OPERATOR; the earliest end where several are waited for. Null where only the worker that executes the run knows, as of a CAPTCHA.',
    }),
    queuePosition: t.int({
      nullable: true,
      description:
        'Its place among the runs that wait for the browser, from 1; null when it does not wait, or where a worker executes the run: only that worker knows.',
      resolve: ({ id }, _args, { services }) => services.generation.queuePosition(id),
    }),
    canGoOnAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'From when it can go on with the browser, while it waits for it: the end of its OTP spacing, of a TOTP time step or of its cooldown; past when it waits for other runs only, or for a worker. Null while it has the browser, or needs none, and while a worker has it.',
      resolve: (run, _args, { services }) => services.generation.resumesAt(run),
    }),
    steps: t.expose('steps', {
      type: [RunStepRef],
      description: 'One for each API, in the order in which they are made.',
    }),
    endedTokens: t.field({
      type: [EndedTokenRef],
      description:
        'Tokens that worked until this run made another API’s: the broker does not keep both. Known once the run has ended.',
      resolve: ({ endedTokens = [] }) => endedTokens,
    }),
  }),
});

export const TokenProgressRef = builder.objectRef<TokenProgress>('TokenProgress').implement({
  description: 'How many of an account’s tokens are VALID, and beside that how far its run has come.',
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'Enabled APIs of the account.' }),
    generated: t.exposeInt('generated', {
      description: 'Those of them whose token is VALID, as far as is known now.',
    }),
    missing: t.expose('missing', {
      type: [ApiNameEnum],
      description: 'The others, in the order in which they are made.',
    }),
    runTotal: t.exposeInt('runTotal', {
      description: 'APIs in the run under way, else the last one; 0 where there never was one.',
    }),
    runGenerated: t.exposeInt('runGenerated', {
      description: 'Those of them that have a token which the broker confirmed.',
    }),
    current: t.expose('current', {
      type: ApiNameEnum,
      nullable: true,
      description: 'The API being worked on; null between two and at the end.',
    }),
    step: t.expose('step', {
      type: LoginStepEnum,
      nullable: true,
      description: 'What is being done for it.',
    }),
    runId: t.id({
      description: 'Which run; `none` for an account that never had one.',
      resolve: ({ runId }) => runId ?? 'none',
    }),
  }),
});

builder.queryField('generationRun', (t) =>
  t.field({
    allow: READERS,
    type: GenerationRunRef,
    nullable: true,
    description: 'One run as it stands; null when there is none of that id.',
    args: { id: t.arg.id({ required: true, description: 'The id that `generateTokens` answered.' }) },
    resolve: (_root, { id }, { services }) => services.runs.find(id),
  }),
);

builder.queryField('generationRuns', (t) =>
  t.field({
    allow: READERS,
    type: [GenerationRunRef],
    description: 'The last runs of an account, the newest first.',
    args: {
      accountId: t.arg.id(accountArgument),
      first: t.arg.int({
        description: 'How many runs, 1 to 50; 10 if left out.',
        validate: z
          .number()
          .min(1, { message: 'first should be 1 to 50.' })
          .max(50, { message: 'first should be 1 to 50.' }),
      }),
    },
    resolve: async (_root, { accountId, first }, { services }) => {
      const account = await services.accounts.resolve(accountId);
      return services.runs.last(account.id, first ?? 10);
    },
  }),
);

builder.queryField('runQueue', (t) =>
  t.field({
    allow: READERS,
    type: [GenerationRunRef],
    description:
      'The runs that wait for the one browser, of all accounts, in the order in which they get it.',
    resolve: (_root, _args, { services }) => services.generation.queue,
  }),
);

builder.mutationField('generateTokens', (t) =>
  t.field({
    allow: OPERATORS,
    type: GenerationRunRef,
    description:
      'Starts making tokens and answers as soon as the run is stored; progress comes with the subscription tokenProgress. While another account has the browser the run waits its turn, QUEUED. Refused with RUN_IN_PROGRESS, COOLDOWN, QUARANTINED, BROWSER_BUSY (another process has the browser), WOULD_REPLACE_VALID, WOULD_REPLACE_UNKNOWN, API_NOT_CONFIGURED (no app is enabled), WRONG_STATE (no credentials are stored), SECRET_UNREADABLE (a sealed secret does not open), SHUTTING_DOWN or BAD_USER_INPUT.',
    args: {
      mode: t.arg({ type: GenerationModeEnum, required: true, description: 'Which tokens to make.' }),
      apiNames: t.arg({
        type: [ApiNameEnum],
        description: 'The APIs of mode PARTIAL; not allowed with another mode.',
      }),
      accountId: t.arg.id(accountArgument),
      via: t.arg({
        type: AcquisitionPathEnum,
        description: 'How the tokens are got. Default BROWSER.',
      }),
      replaceValid: t.arg.boolean({ description: 'Allow replacing tokens that are VALID. Default false.' }),
      includeUnknown: t.arg.boolean({
        description: 'Allow replacing tokens that are UNKNOWN. Default false.',
      }),
    },
    validate: z
      .object({ mode: z.string(), apiNames: z.array(z.string()).nullish() })
      .loose()
      .refine(({ mode, apiNames }) => mode !== 'PARTIAL' || (apiNames?.length ?? 0) > 0, {
        path: ['apiNames'],
        message: 'Mode PARTIAL needs at least one API name.',
      })
      .refine(({ mode, apiNames }) => mode === 'PARTIAL' || (apiNames?.length ?? 0) === 0, {
        path: ['apiNames'],
        message: 'Only mode PARTIAL takes API names.',
      }) as never,
    resolve: async (_root, args, { services }) => {
      const account = await services.accounts.resolve(args.accountId);
      const request = {
        mode: args.mode,
        apiNames: args.apiNames ?? [],
        replaceValid: args.replaceValid ?? false,
        includeUnknown: args.includeUnknown ?? false,
      };
      const external = args.via === 'APPROVAL' ? ({ kind: 'APPROVAL' } as const) : null;
      const configs = await services.apiConfigs.list(account);
      return services.generation.generate(account, configs, request, { external });
    },
  }),
);

builder.mutationField('abortGeneration', (t) =>
  t.field({
    allow: OPERATORS,
    type: GenerationRunRef,
    description:
      'Ends a run at its next safe point; its steps say what had been submitted. One that is over, or that another process executes, stays as it is; one whose process has died is ended and not resumed. Refused with NOT_FOUND where there is no such run.',
    args: { runId: t.arg.id({ required: true, description: 'Which run.' }) },
    resolve: (_root, { runId }, { services }) => services.generation.abort(runId),
  }),
);
