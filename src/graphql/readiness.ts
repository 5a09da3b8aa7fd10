import { CONFIDENCES, READINESS_VERDICTS, type Readiness } from '../domain/readiness/readiness.ts';
import { REASON_CODES, type ReadinessReason } from '../domain/readiness/reasons.ts';
import { EVERYBODY, READERS } from './access/access-plugin.ts';
import { ApiNameEnum } from './account/api-config.ts';
import { accountArgument, builder, enumOf } from './builder.ts';
import { TradingSessionRef } from './days/trading-calendar.ts';

export const ReadinessVerdictEnum = enumOf('ReadinessVerdict', {
  description: 'Whether an account will have its tokens by the bell.',
  of: READINESS_VERDICTS,
  values: {
    READY: 'Every token that is needed is VALID beyond the bell, and the gate is open.',
    ON_TRACK: 'It will, in at least 95 of 100 simulated mornings, without a person.',
    AT_RISK: 'It may not, or a person has to act, or something is not known; `reasons` say what.',
    TOO_LATE:
      'It will not: in fewer than 5 of 100 simulated mornings, or the bell has rung and something is known to be missing.',
    NO_SESSION: 'No session of the account’s exchanges is on, or begins within a day.',
  },
});

const ConfidenceEnum = enumOf('Confidence', {
  description: 'How much the forecast knows of the account’s logins.',
  of: CONFIDENCES,
  values: {
    LOW: 'Fewer than 8 logins were measured; the shipped figures stand for the rest.',
    MEDIUM: '8 to 29 logins were measured.',
    HIGH: '30 logins or more were measured, or nothing has to be made.',
  },
});

const ReadinessReasonCodeEnum = enumOf('ReadinessReasonCode', {
  description: 'Why a verdict is what it is.',
  of: REASON_CODES,
  values: {
    NO_SESSION: 'There is no bell within a day.',
    BELL_PASSED: 'The bell has rung, and something is known to be missing.',
    DATABASE: 'The database cannot be written, so nothing that it holds is certain.',
    NO_WORKER: 'No machine executes runs: no `vega-auth work` is connected to the database.',
    TOKENS_UNKNOWN: 'Nobody knows whether some tokens work.',
    NOT_CAPABLE: 'The broker refuses their work to tokens that are VALID; `capabilities` says which and why.',
    NOT_CONFIGURED: 'There is nothing to log in with, or no API app is enabled.',
    GATE_SHUT: 'All tokens work, and the gate is shut.',
    PERSON_NEEDED: 'A person has to act before anything goes on.',
    PAGE_DRIFT: 'The login page is not one that the login knows, as the last look at it says.',
    NOT_STARTED: 'Nothing makes the missing tokens by itself.',
    STARTS_LATE: 'The scheduled start is after the latest safe one.',
    BROWSER_BUSY: 'Another process has the browser.',
    COOLDOWN: 'The broker rests.',
    QUEUE: 'Other accounts have the browser before.',
    OTP_SPACING: 'The logins have to lie apart.',
    FAILURES: 'Some of the last logins brought no token.',
    FEW_MEASUREMENTS: 'Few logins were measured so far.',
    CALENDAR_UNCERTAIN: 'It is not certain that there is a session that day.',
  },
});

const ReadinessReasonRef = builder.objectRef<ReadinessReason>('ReadinessReason').implement({
  description: 'One reason for a verdict.',
  fields: (t) => ({
    code: t.expose('code', { type: ReadinessReasonCodeEnum, description: 'For programs.' }),
    message: t.exposeString('message', { description: 'For people.' }),
    nextAction: t.exposeString('nextAction', { description: 'What to do, in words.' }),
    minutes: t.exposeInt('minutes', {
      nullable: true,
      description: 'How long it takes, or how much time is left for it; null where that says nothing.',
    }),
  }),
});

export const ReadinessRef = builder.objectRef<Readiness>('Readiness').implement({
  description:
    'Whether an account will have its tokens by the bell: a forecast from its own measured logins.',
  fields: (t) => ({
    accountId: t.exposeID('accountId', { description: 'Which account.' }),
    verdict: t.expose('verdict', {
      type: ReadinessVerdictEnum,
      description: 'In one word. Worsens at once, improves after 30 s; READY is shown at once.',
    }),
    bell: t.expose('bell', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the tokens have to be there: the opening less the lead of the account’s schedule (09:00 for 09:15). Null without a session.',
    }),
    eta: t.expose('eta', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last token is there, in half of the mornings; null where nothing makes it.',
    }),
    etaWorst: t.expose('etaWorst', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is there in 95 of 100.',
    }),
    latestSafeStart: t.expose('latestSafeStart', {
      type: 'DateTime',
      nullable: true,
      description: 'The last moment at which a start makes it in 95 of 100; null once a run is under way.',
    }),
    probability: t.exposeFloat('probability', {
      nullable: true,
      description:
        'That the tokens are there by the bell without a person, from 0 to 1; null where that depends on what is not known.',
    }),
    confidence: t.expose('confidence', { type: ConfidenceEnum, description: 'How much it knows.' }),
    missing: t.field({
      type: [ApiNameEnum],
      description: 'The APIs whose token does not work, is UNKNOWN, or ends before the bell.',
      resolve: ({ missing }) => [...missing],
    }),
    reasons: t.field({
      type: [ReadinessReasonRef],
      description: 'Why it is so, the most urgent first.',
      resolve: ({ reasons }) => [...reasons],
    }),
    session: t.expose('session', {
      type: TradingSessionRef,
      nullable: true,
      description: 'The session that the bell is of.',
    }),
    computedAt: t.expose('computedAt', { type: 'DateTime', description: 'As of when.' }),
  }),
});

builder.queryFields((t) => ({
  readiness: t.field({
    allow: EVERYBODY,
    type: ReadinessRef,
    description: 'Whether an account will have its tokens by the bell, as of now. Asks the broker nothing.',
    args: {
      accountId: t.arg.id(accountArgument),
      by: t.arg({
        type: 'DateTime',
        description: 'Another time in place of the bell, on any day.',
      }),
    },
    resolve: async (_root, { accountId, by }, { services }) => {
      const account = await services.accounts.resolve(accountId);
      return by == null ? services.readiness.read(account) : services.readiness.readBy(account, by);
    },
  }),
  deskReadiness: t.field({
    allow: READERS,
    type: [ReadinessRef],
    description: 'Every account’s readiness, the worst first.',
    resolve: async (_root, _args, { services }) => [...(await services.readiness.desk())],
  }),
}));
