import type { LoginPhase } from '../../domain/run/generation-run.ts';
import { LOGIN_STEPS, type RunStep, STEP_STATUSES } from '../../domain/run/generation-run.ts';
import { ApiNameEnum } from '../account/api-config.ts';
import { builder, enumOf } from '../builder.ts';
import { FailureCodeEnum, FailureRef } from './failure.ts';

const StepStatusEnum = enumOf('StepStatus', {
  description: 'How one API’s part of a run stands.',
  of: STEP_STATUSES,
  values: {
    PENDING: 'Not taken up yet.',
    RUNNING: 'Being worked on.',
    DONE: 'Its token is stored and confirmed by the broker.',
    FAILED: 'No confirmed token; `failure` says why.',
    SKIPPED: 'The run ended before it was taken up.',
  },
});

const STEP_DESCRIPTIONS: Readonly<Record<(typeof LOGIN_STEPS)[number], string>> = {
  DIALOG: 'Opening the broker’s authorization dialog.',
  OTP_SPACING: 'Waiting until enough time has passed since the last OTP request (VEGA_OTP_SPACING_SECONDS).',
  MOBILE: 'Entering the mobile number.',
  TOTP_WAIT: 'Waiting for a TOTP time step that was never used.',
  OTP: 'Entering the TOTP code.',
  PIN: 'Entering the PIN.',
  CONSENT: 'Allowing the app to act for the account.',
  REDIRECT: 'The broker has redirected back with a code.',
  HUMAN_LOGIN: 'Waiting for a person who logs in with a browser of their own.',
  EXCHANGE: 'Trading the code for a token.',
  APPROVAL_REQUEST: 'Asking the broker to ask the account’s owner.',
  APPROVAL_WAIT: 'Waiting for the owner’s approval on the phone; a refusal there looks like silence.',
  STORE: 'Writing the token to the database.',
  VERIFY: 'Asking the broker’s profile call whether the token works.',
};

export const LoginStepEnum = enumOf('LoginStep', {
  description: 'What is being done for one API.',
  of: LOGIN_STEPS,
  values: STEP_DESCRIPTIONS,
});

const LoginPhaseRef = builder.objectRef<LoginPhase>('LoginPhase').implement({
  description: 'A stretch of a login: from entering a step to the next one, or to the end.',
  fields: (t) => ({
    step: t.expose('step', { type: LoginStepEnum, description: 'What was done.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it was entered.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was left; null while it is under way, and where the program ended in it.',
    }),
    awaitsOperator: t.exposeBoolean('awaitsOperator', {
      description: 'A person had to act in it, such as for a CAPTCHA.',
    }),
    failure: t.expose('failure', {
      type: FailureCodeEnum,
      nullable: true,
      description: 'What the login failed with in it; what comes later belongs to the API’s next login.',
    }),
  }),
});

export const RunStepRef = builder.objectRef<RunStep>('RunStep').implement({
  description: 'One API’s part of a run.',
  fields: (t) => ({
    apiName: t.expose('apiName', { type: ApiNameEnum, description: 'Which API.' }),
    status: t.expose('status', { type: StepStatusEnum, description: 'How it stands.' }),
    step: t.expose('step', {
      type: LoginStepEnum,
      nullable: true,
      description: 'What was done last; null before it was taken up.',
    }),
    failure: t.expose('failure', {
      type: FailureRef,
      nullable: true,
      description: 'Set when the status is FAILED.',
    }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was taken up.',
    }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was done or had failed.',
    }),
    phases: t.field({
      type: [LoginPhaseRef],
      description: 'Every phase of its logins, in order, also of those before a pause.',
      // An event of an older version has none.
      resolve: ({ phases = [] }) => [...phases],
    }),
  }),
});
