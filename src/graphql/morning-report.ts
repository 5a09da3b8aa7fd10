import type { FailureFacts } from '../domain/report/audit-facts.ts';
import {
  FORECAST_OUTCOMES,
  LOGIN_OUTCOMES,
  type MorningReport,
  type ReportAct,
  type ReportForecast,
  type ReportLogin,
  type ReportWait,
  WAIT_KINDS,
} from '../domain/report/report.ts';
import { reportLines } from '../domain/report/report-text.ts';
import { READERS } from './access/access-plugin.ts';
import { ApiNameEnum } from './account/api-config.ts';
import { accountArgument, builder, enumOf } from './builder.ts';
import { ReadinessVerdictEnum } from './readiness.ts';

const LoginOutcomeEnum = enumOf('ReportLoginOutcome', {
  description: 'How a login ended, as far as the audit says.',
  of: LOGIN_OUTCOMES,
  values: {
    STORED: 'Its token was stored; `confirmedAt` says whether the broker accepted it.',
    FAILED: 'It brought no token.',
    NOT_KNOWN: 'The audit has its beginning and no end: it is under way, or the program ended in it.',
  },
});

const WaitKindEnum = enumOf('ReportWaitKind', {
  description: 'What was waited for.',
  of: WAIT_KINDS,
  values: {
    SPACING: 'The time between two OTP requests.',
    TOTP_STEP: 'The next time step of the TOTP codes.',
    TURN: 'The turn with the browser, which other runs had.',
    COOLDOWN: 'The end of a cooldown of the account.',
    PERSON: 'A person: a CAPTCHA in the window, or a login by hand.',
    APPROVAL: 'The approval on the phone.',
  },
});

const ForecastOutcomeEnum = enumOf('ReportForecastOutcome', {
  description: 'Whether the gate was open at the bell as the verdict said.',
  of: FORECAST_OUTCOMES,
  values: {
    CAME_TRUE: 'It was as the verdict said.',
    FAILED: 'It was otherwise.',
    NOT_KNOWN: 'The audit ends before the bell, or the verdict (AT_RISK) said neither.',
  },
});

const FailureRef = builder.objectRef<FailureFacts>('ReportFailure').implement({
  description: 'Why a login brought no token.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'The failure code, such as THROTTLED.' }),
    message: t.exposeString('message', {
      nullable: true,
      description: 'What was seen; null where an older version has not written it down.',
    }),
    submitted: t.stringList({
      description: 'What had left for the broker by then.',
      resolve: ({ submitted }) => [...submitted],
    }),
  }),
});

const LoginRef = builder.objectRef<ReportLogin>('ReportLogin').implement({
  description: 'One login of one API.',
  fields: (t) => ({
    apiName: t.expose('apiName', { type: ApiNameEnum, description: 'Of which API.' }),
    begunAt: t.expose('begunAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it began; null where the token came without a login.',
    }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the token was stored, or the login failed; null where that is not known.',
    }),
    outcome: t.expose('outcome', { type: LoginOutcomeEnum, description: 'How it ended.' }),
    confirmedAt: t.expose('confirmedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the broker confirmed the stored token; null where the audit does not say.',
    }),
    failure: t.expose('failure', {
      type: FailureRef,
      nullable: true,
      description: 'Why it failed; null where it did not, or the audit does not say.',
    }),
  }),
});

const WaitRef = builder.objectRef<ReportWait>('ReportWait').implement({
  description: 'A stretch of time in which something was waited for.',
  fields: (t) => ({
    kind: t.expose('kind', { type: WaitKindEnum, description: 'What was waited for.' }),
    apiName: t.expose('apiName', {
      type: ApiNameEnum,
      nullable: true,
      description: 'Of which API; null for a cooldown, which is of the account.',
    }),
    from: t.expose('from', { type: 'DateTime', description: 'When it began.' }),
    to: t.expose('to', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was over; null where the audit does not say.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'The failure code that a cooldown follows from.',
    }),
  }),
});

const ActRef = builder.objectRef<ReportAct>('ReportAct').implement({
  description: 'One act in the words of the audit.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    apiName: t.expose('apiName', {
      type: ApiNameEnum,
      nullable: true,
      description: 'Of which API; null for none in particular.',
    }),
    message: t.exposeString('message', { description: 'What was done.' }),
  }),
});

const ForecastRef = builder.objectRef<ReportForecast>('ReportForecast').implement({
  description: 'A forecast as it was written down, and how good it was.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it was made.' }),
    verdict: t.expose('verdict', { type: ReadinessVerdictEnum, description: 'What it said.' }),
    bell: t.expose('bell', { type: 'DateTime', description: 'For which bell.' }),
    eta: t.expose('eta', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last token was expected; null where nothing made it.',
    }),
    etaWorst: t.expose('etaWorst', {
      type: 'DateTime',
      nullable: true,
      description: 'By when it was expected in 95 of 100.',
    }),
    probability: t.exposeFloat('probability', {
      nullable: true,
      description: 'How likely it said it was, from 0 to 1; null where that was not known.',
    }),
    outcome: t.expose('outcome', { type: ForecastOutcomeEnum, description: 'How good it was.' }),
    lateMinutes: t.exposeInt('lateMinutes', {
      nullable: true,
      description:
        'Minutes from `eta` to the first opening of the gate since the forecast, negative where it opened earlier; null where either is not known.',
    }),
  }),
});

const MorningReportRef = builder.objectRef<MorningReport>('MorningReport').implement({
  description:
    'What the audit says of one account’s trading day, from 03:30 IST to the next. The audit alone decides it: a backup of the day gives the same report.',
  fields: (t) => ({
    accountId: t.exposeID('accountId', { description: 'Whose day.' }),
    date: t.exposeString('date', { description: 'The day in India, as `yyyy-MM-dd`.' }),
    bell: t.expose('bell', {
      type: 'DateTime',
      nullable: true,
      description: 'The bell as the day’s last forecast names it; null without a forecast.',
    }),
    gateOpenedAt: t.expose('gateOpenedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the gate opened first; null where the audit does not say that it did.',
    }),
    logins: t.field({
      type: [LoginRef],
      description: 'Every login, in the order in which they ended.',
      resolve: ({ logins }) => [...logins],
    }),
    waits: t.field({
      type: [WaitRef],
      description: 'What was waited for.',
      resolve: ({ waits }) => [...waits],
    }),
    decisions: t.field({
      type: [ActRef],
      description: 'What people decided.',
      resolve: ({ decisions }) => [...decisions],
    }),
    forecasts: t.field({
      type: [ForecastRef],
      description: 'The first forecast of the morning, and each one with another verdict.',
      resolve: ({ forecasts }) => [...forecasts],
    }),
    happenings: t.field({
      type: [ActRef],
      description: 'What else matters: runs, the gate, changed verdicts, outages of the database.',
      resolve: ({ happenings }) => [...happenings],
    }),
    unknowns: t.stringList({
      description: 'What the audit does not know, and whether it was changed.',
      resolve: ({ unknowns }) => [...unknowns],
    }),
    lines: t.stringList({
      description: 'The whole report for people, line by line.',
      resolve: (report) => [...reportLines(report)],
    }),
  }),
});

builder.queryField('morningReport', (t) =>
  t.field({
    allow: READERS,
    type: MorningReportRef,
    description:
      'When each token was made, what was waited for, what failed, what people decided and how good the forecast was. Reads and verifies the whole audit. Refused with BAD_USER_INPUT where the date is none or has not begun.',
    args: {
      accountId: t.arg.id(accountArgument),
      date: t.arg.string({
        description: 'The day in India, as `yyyy-MM-dd`; the present trading day if left out.',
      }),
    },
    resolve: (_root, args, { services }) => services.readMorningReport(args),
  }),
);
