import {
  CHOICES,
  type ChosenApi,
  choicesOf,
  countsOf,
  type GenerationChoice,
  listOf,
  type TokenCounts,
  type TokenStatusReport,
} from '../../domain/token/token-status.ts';
import { reasonText, type TokenCheck } from '../../domain/token/verdict.ts';
import { READERS } from '../access/access-plugin.ts';
import { ApiNameEnum } from '../account/api-config.ts';
import { accountArgument, builder, enumOf } from '../builder.ts';
import { GenerationModeEnum } from '../run/generation-run.ts';
import { VerdictEnum } from './token.ts';

const TokenCheckRef = builder.objectRef<TokenCheck>('TokenCheck').implement({
  description: 'What both layers said of one API’s token.',
  fields: (t) => ({
    apiName: t.expose('apiName', { type: ApiNameEnum, description: 'Whose token.' }),
    verdict: t.expose('verdict', { type: VerdictEnum, description: 'What follows from both layers.' }),
    timeValid: t.exposeBoolean('timeValid', {
      description: 'First layer: its time is not up, as far as the table and the token itself say.',
    }),
    profileValid: t.exposeBoolean('profileValid', {
      nullable: true,
      description:
        'Second layer: what the broker’s profile call said of it; null when it was not made or told nothing.',
    }),
    reason: t.string({
      nullable: true,
      description:
        'Why it is not VALID: NOT_FOUND, TIME_IS_UP, CLIENT_CHANGED, INACTIVE, REJECTED, WRONG_ACCOUNT, REVOKED, NOT_CHECKED, TIMEOUT, NETWORK, RATE_LIMITED, BROKER_ERROR, NOT_A_PROFILE or DATABASE_UNAVAILABLE; for UNKNOWN the broker’s code follows where there is one that tells more, as in `BROKER_ERROR UDAPI1154`. Null when it is VALID.',
      resolve: reasonText,
    }),
    httpStatus: t.exposeInt('httpStatus', {
      nullable: true,
      description: 'The status of the profile call; null when none was made or answered.',
    }),
    brokerCode: t.string({
      nullable: true,
      description:
        'The broker’s own code, where its answer says nothing of the token; null where there is none.',
      resolve: ({ brokerCode }) => brokerCode ?? null,
    }),
  }),
});

const TokenCountsRef = builder.objectRef<TokenCounts>('TokenCounts').implement({
  description: 'How many tokens have which verdict; they add up to `total`.',
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'Enabled APIs.' }),
    valid: t.exposeInt('valid', { description: 'VALID.' }),
    expired: t.exposeInt('expired', { description: 'EXPIRED; in the list `invalid`.' }),
    invalid: t.exposeInt('invalid', { description: 'INVALID.' }),
    missing: t.exposeInt('missing', { description: 'MISSING.' }),
    unknown: t.exposeInt('unknown', { description: 'UNKNOWN.' }),
  }),
});

const ChosenApiRef = builder.objectRef<ChosenApi>('ChosenApi').implement({
  description: 'One API of a choice.',
  fields: (t) => ({
    apiName: t.expose('apiName', { type: ApiNameEnum, description: 'Which API.' }),
    verdict: t.expose('verdict', { type: VerdictEnum, description: 'Of its token now.' }),
    why: t.exposeString('why', { description: 'The reason of the verdict in words.' }),
  }),
});

const ChoiceEnum = enumOf('Choice', {
  description: 'What an operator can do after having seen the status.',
  of: CHOICES,
  values: {
    ALL: 'Make every token anew.',
    INVALID_ONLY: 'Make those that are expired, invalid or missing.',
    SELECTED: 'Make the ones that are picked from `apis`.',
    ABORT: 'Make none.',
  },
});

const GenerationChoiceRef = builder.objectRef<GenerationChoice>('GenerationChoice').implement({
  description: 'What one choice would do on the facts of this report.',
  fields: (t) => ({
    choice: t.expose('choice', { type: ChoiceEnum, description: 'Which one.' }),
    mode: t.expose('mode', {
      type: GenerationModeEnum,
      nullable: true,
      description: 'What to pass to generateTokens; null for ABORT.',
    }),
    apis: t.expose('apis', {
      type: [ChosenApiRef],
      description: 'The APIs it would make, or may pick from.',
    }),
    needsReplaceValid: t.exposeBoolean('needsReplaceValid', {
      description: 'True when valid tokens are among them: pass replaceValid: true.',
    }),
    needsIncludeUnknown: t.exposeBoolean('needsIncludeUnknown', {
      description: 'True when unknown ones are among them: pass includeUnknown: true.',
    }),
  }),
});

const TokenStatusReportRef = builder.objectRef<TokenStatusReport>('TokenStatusReport').implement({
  description: 'Both layers asked of every enabled API. Every API stands in exactly one of the four lists.',
  fields: (t) => {
    const list = (name: Parameters<typeof listOf>[1], description: string) =>
      t.field({ type: [ApiNameEnum], description, resolve: (report) => listOf(report, name) });
    return {
      checkedAt: t.expose('checkedAt', { type: 'DateTime', description: 'When the last answer was in.' }),
      tokens: t.expose('tokens', {
        type: [TokenCheckRef],
        description: 'PRIMARY first.',
      }),
      valid: list('valid', 'VALID.'),
      invalid: list('invalid', 'EXPIRED or INVALID.'),
      missing: list('missing', 'MISSING.'),
      unknown: list('unknown', 'UNKNOWN: not valid, and not proposed for making either.'),
      counts: t.field({ type: TokenCountsRef, description: 'How many of each.', resolve: countsOf }),
      choices: t.field({
        type: [GenerationChoiceRef],
        description: 'What each of the four choices would do.',
        resolve: (report) => choicesOf(report),
      }),
    };
  },
});

builder.queryField('tokenStatus', (t) =>
  t.field({
    allow: READERS,
    type: TokenStatusReportRef,
    description:
      'Asks about every enabled API: time first, then the broker’s profile call, two at a time and each once. A token found EXPIRED or INVALID is marked inactive at once; UNKNOWN changes nothing.',
    args: { accountId: t.arg.id(accountArgument) },
    resolve: async (_root, { accountId }, { services }) =>
      services.readTokenStatus(await services.accounts.resolveKnown(accountId)),
  }),
);
