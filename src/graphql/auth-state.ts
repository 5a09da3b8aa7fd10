import { AUTH_PHASES } from '../domain/auth/auth-phase.ts';
import type { AuthState, Cooldown } from '../domain/auth/auth-state.ts';
import { BLOCK_REASONS } from '../domain/auth/block-reason.ts';
import { NEXT_OPERATIONS } from '../domain/auth/next-operation.ts';
import { EVERYBODY, OPERATORS } from './access/access-plugin.ts';
import { accountArgument, builder, enumOf, REPEATABLE } from './builder.ts';
import { plainText } from './plain-text.ts';
import { FailureCodeEnum } from './run/failure.ts';
import { GenerationRunRef } from './run/generation-run.ts';

const AuthPhaseEnum = enumOf('AuthPhase', {
  description: 'Where an account stands on its way through the morning.',
  of: AUTH_PHASES,
  values: {
    IDLE: 'Nothing was begun, or PRIMARY is gone.',
    LOGIN_STARTED: 'A run is about to take up its first API.',
    TOKEN_GENERATION: 'Tokens are being made.',
    PARTIAL_AUTH: 'A run has paused, or has ended without PRIMARY.',
    COOLDOWN: 'The broker needs rest; every generation is refused.',
    RESUME_GENERATION: 'The rest is over and the run goes on.',
    PRIMARY_VALIDATED: 'The broker confirmed PRIMARY; others are missing.',
    AUTH_CONFIRMED: 'Everything is there, or the operator accepted the partial set.',
    DASHBOARD: 'A client has gone through the gate.',
  },
});

const NextOperationEnum = enumOf('NextOperation', {
  description: 'What can be done next and would not be refused.',
  of: NEXT_OPERATIONS,
  values: {
    SAVE_API_CONFIG: '`saveApiConfig`: no API app is configured and enabled.',
    UPDATE_CREDENTIALS: '`updateAccountCredentials`: there is nothing to log in with.',
    CLEAR_QUARANTINE: '`clearQuarantine`, after a person has looked at it.',
    CHECK_TOKENS: '`tokenStatus`: nobody knows whether some tokens still work.',
    START_LOGIN: '`startLogin`: makes what is missing, and ends what a logout began.',
    GENERATE_MISSING: '`generateTokens(mode: INVALID_ONLY)`: some tokens are missing.',
    IMPORT_TOKEN: '`importToken`, or `assignRole`: a role that no login serves has no token.',
    ACCEPT_PARTIAL: '`acceptPartial`: PRIMARY works, and others are missing.',
    ENTER_DASHBOARD: '`enterDashboard`: the gate is open.',
  },
});

const BlockReasonEnum = enumOf('BlockReason', {
  description: 'Why nothing moves.',
  of: BLOCK_REASONS,
  values: {
    CAPTCHA: 'The broker wants to see a person.',
    COOLDOWN: 'The broker needs rest; a run that was interrupted goes on by itself.',
    CREDENTIALS_REJECTED: 'The account is quarantined until clearQuarantine.',
    APP_REJECTED: 'The owner has to put an app right at the broker.',
    PAGE_CHANGED: 'The login page is not known any more.',
    BROKER_UNREACHABLE: 'The broker does not answer.',
    DATABASE: 'The database cannot be written.',
    BROWSER_BUSY: 'Another process has the browser.',
    ACTION_REQUIRED: 'The broker asks the account’s owner for something that only a person may decide.',
    MOBILE_REJECTED: 'The broker knows no account with the mobile number.',
    MAINTENANCE: 'The broker is closed for maintenance.',
    TOKENS_END_EACH_OTHER:
      'Making one API’s token ends that of another: `endedTokens` of a run of today. Generating again does not help.',
  },
});

export const CooldownRef = builder.objectRef<Cooldown>('Cooldown').implement({
  description: 'A time in which no login is tried (VEGA_COOLDOWN_SECONDS).',
  fields: (t) => ({
    active: t.exposeBoolean('active', { description: 'Whether there is one now.' }),
    remainingSeconds: t.exposeInt('remainingSeconds', {
      description: 'Whole seconds left, rounded up; 0 when there is none.',
    }),
    until: t.expose('until', {
      type: 'DateTime',
      nullable: true,
      description: 'Its end; null when there is none.',
    }),
    reason: t.expose('reason', {
      type: FailureCodeEnum,
      nullable: true,
      description: 'The failure that began it; null when there is none.',
    }),
  }),
});

export const AuthStateRef = builder.objectRef<AuthState>('AuthState').implement({
  description: 'How an account stands.',
  fields: (t) => ({
    accountId: t.exposeID('accountId', { description: 'Which account.' }),
    state: t.expose('state', { type: AuthPhaseEnum, description: 'Where it stands.' }),
    primaryPresent: t.exposeBoolean('primaryPresent', {
      description:
        'PRIMARY is VALID, as far as is known now. While a run is under way `state` follows the run.',
    }),
    blockedBy: t.expose('blockedBy', {
      type: BlockReasonEnum,
      nullable: true,
      description: 'Why nothing moves; null when something does or nothing needs to.',
    }),
    since: t.expose('since', { type: 'DateTime', description: 'When it came to stand there.' }),
    run: t.expose('run', {
      type: GenerationRunRef,
      nullable: true,
      description: 'The run under way, else the last one.',
    }),
    cooldown: t.expose('cooldown', { type: CooldownRef, description: 'The cooldown, active or not.' }),
    headline: t.string({
      description: 'Where the account stands, in one sentence for people.',
      // An event of an older version has none.
      resolve: ({ headline, state }) => headline ?? `${state}.`,
    }),
    nextAction: t.string({
      description: 'What a person does next, in words; made of `nextOperations` alone.',
      resolve: ({ nextAction }) => nextAction ?? 'Ask authState.',
    }),
    nextOperations: t.expose('nextOperations', {
      type: [NextOperationEnum],
      description:
        'What an operator can do next, each of which would be accepted now. Empty while a run is under way and when nothing needs to be done.',
    }),
  }),
});

builder.queryFields((t) => ({
  authState: t.field({
    allow: EVERYBODY,
    extensions: REPEATABLE,
    type: AuthStateRef,
    description: 'How an account stands now.',
    args: { accountId: t.arg.id(accountArgument) },
    resolve: async (_root, { accountId }, { services }) =>
      services.states.read(await services.accounts.resolve(accountId)),
  }),
  ready: t.boolean({
    allow: EVERYBODY,
    extensions: REPEATABLE,
    description:
      'The gate: confirmed, on the facts of now; also while a run goes through its phases. Closes by itself when a token of the confirmed set dies; of a partial set that was accepted, PRIMARY alone counts. False while the database cannot be read.',
    args: { accountId: t.arg.id(accountArgument) },
    resolve: async (_root, { accountId }, { services }) =>
      services.states.ready(await services.accounts.resolveKnown(accountId)),
  }),
}));

builder.mutationFields((t) => ({
  startLogin: t.field({
    allow: OPERATORS,
    type: GenerationRunRef,
    description:
      'Makes whatever is missing, from IDLE, and ends the logged-out state even where nothing is missing; refused with WRONG_STATE elsewhere, and with whatever generateTokens is refused with.',
    args: { accountId: t.arg.id(accountArgument) },
    resolve: async (_root, { accountId }, { services }) =>
      services.startLogin(await services.accounts.resolve(accountId)),
  }),
  acceptPartial: t.field({
    allow: OPERATORS,
    type: AuthStateRef,
    description:
      'Goes on without the missing ones until the next 03:30 IST. Refused with WRONG_STATE before PRIMARY is validated, while a run is under way, and while the gate is open.',
    args: { accountId: t.arg.id(accountArgument) },
    resolve: async (_root, { accountId }, { services }) =>
      services.states.acceptPartial(await services.accounts.resolve(accountId)),
  }),
  enterDashboard: t.field({
    allow: OPERATORS,
    type: AuthStateRef,
    description: 'Goes through the gate; refused with WRONG_STATE while it is shut.',
    args: { accountId: t.arg.id(accountArgument) },
    resolve: async (_root, { accountId }, { services }) =>
      services.states.enterDashboard(await services.accounts.resolve(accountId)),
  }),
  clearQuarantine: t.field({
    allow: OPERATORS,
    type: AuthStateRef,
    description: 'Lets the account be tried again, after a person has looked at it.',
    args: {
      accountId: t.arg.id(accountArgument),
      reason: t.arg.string({
        required: true,
        description: 'What was found and put right, in words: 3 to 500 characters.',
        validate: plainText('reason')
          .trim()
          .min(3, { message: 'reason should say in words what was found.' })
          .max(500),
      }),
    },
    resolve: async (_root, { accountId, reason }, { services }) =>
      services.states.clearQuarantine(await services.accounts.resolve(accountId), reason),
  }),
  logout: t.field({
    allow: OPERATORS,
    type: AuthStateRef,
    description:
      'Aborts what is under way and goes back to IDLE. The gate stays shut until startLogin, or until a run makes a token. A cooldown and a quarantine stay.',
    args: {
      accountId: t.arg.id(accountArgument),
      revoke: t.arg.boolean({ description: 'End the tokens at the broker, too. Default false.' }),
    },
    resolve: async (_root, { accountId, revoke }, { services }) =>
      services.logOut(await services.accounts.resolve(accountId), revoke ?? false),
  }),
}));
