import {
  OCCURRENCE_OUTCOMES,
  type Occurrence,
  SCHEDULE_DAYS,
  type Schedule,
} from '../../domain/schedule/schedule.ts';
import { OPERATORS, READERS } from '../access/access-plugin.ts';
import { accountArgument, builder, enumOf } from '../builder.ts';
import { ExchangeEnum } from './trading-calendar.ts';

const ScheduleDaysEnum = enumOf('ScheduleDays', {
  description: 'On which days a schedule starts.',
  of: SCHEDULE_DAYS,
  values: {
    TRADING_DAYS: 'When one of its exchanges trades, UNCERTAIN days included.',
    EVERY_DAY: 'Every day.',
  },
});

const OccurrenceOutcomeEnum = enumOf('OccurrenceOutcome', {
  description: 'What became of a schedule on a day.',
  of: OCCURRENCE_OUTCOMES,
  values: {
    STARTED: 'It started a run.',
    NOTHING_TO_DO: 'Every token was valid; no run was started.',
    JOINED: 'A run was under way already.',
    REFUSED: 'It was left to a person: `reason` says why.',
    MISSED: 'Its time was over before it could start: `reason` says why.',
  },
});

const OccurrenceRef = builder.objectRef<Occurrence>('ScheduleOccurrence').implement({
  description: 'What became of a schedule on one day. There is one of an account and date.',
  fields: (t) => ({
    date: t.exposeString('date', { description: 'The day in India, as `yyyy-MM-dd`.' }),
    plannedAt: t.expose('plannedAt', { type: 'DateTime', description: 'When it was to start.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was decided.' }),
    outcome: t.expose('outcome', { type: OccurrenceOutcomeEnum, description: 'What became of it.' }),
    runId: t.exposeID('runId', { nullable: true, description: 'The run that it started or found.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why, where there is a reason.' }),
  }),
});

const ScheduleRef = builder.objectRef<Schedule>('Schedule').implement({
  description:
    'When the tokens of an account are made by themselves: INVALID_ONLY, so that no valid token is replaced, once a day, by the running server.',
  fields: (t) => ({
    accountId: t.exposeID('accountId', { description: 'Whose.' }),
    enabled: t.exposeBoolean('enabled', { description: 'False while it is switched off.' }),
    startAt: t.exposeString('startAt', {
      nullable: true,
      description: 'The start, as `HH:mm` in India; null where it follows the bell.',
    }),
    minutesBeforeBell: t.exposeInt('minutesBeforeBell', {
      nullable: true,
      description: 'The start, in minutes before the bell; null where it is at a fixed time.',
    }),
    jitterSeconds: t.exposeInt('jitterSeconds', {
      description: 'It starts later by up to so much, by a figure that account and date decide.',
    }),
    days: t.expose('days', { type: ScheduleDaysEnum, description: 'On which days.' }),
    catchUpUntil: t.exposeString('catchUpUntil', {
      description: 'Until when a start that was slept through is made up for, as `HH:mm` in India.',
    }),
    exchanges: t.field({
      type: [ExchangeEnum],
      description: 'The exchanges whose days and hours count.',
      resolve: ({ bell }) => [...bell.exchanges],
    }),
    bellLeadMinutes: t.int({
      description: 'The bell is so many minutes before the earliest opening.',
      resolve: ({ bell }) => bell.leadMinutes,
    }),
    nextOccurrence: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it starts next, as far as is known; null while it is off.',
      resolve: async ({ accountId }, _args, { services }) =>
        (await services.schedules.next(accountId, services.clock()))?.startAt ?? null,
    }),
    lastOccurrence: t.field({
      type: OccurrenceRef,
      nullable: true,
      description: 'What became of it last; null where nothing has.',
      resolve: ({ accountId }, _args, { services }) => services.schedules.lastOccurrence(accountId),
    }),
  }),
});

const SaveScheduleInput = builder.inputType('SaveScheduleInput', {
  description:
    'A schedule. What is left out stays as it is stored; of a new one it takes the default: 06:00 on trading days, on.',
  fields: (t) => ({
    accountId: t.id(accountArgument),
    enabled: t.boolean({ description: 'Whether it is on.' }),
    startAt: t.string({
      description:
        'The start, as `HH:mm` in India, from 03:30 to 23:00; never before 03:35, so that a broker whose clock is behind makes tokens that last.',
    }),
    minutesBeforeBell: t.int({
      description:
        'In place of `startAt`: the start, in minutes before the bell, up to 600; never before 03:35.',
    }),
    jitterSeconds: t.int({ description: 'It starts later by up to so much, at most 1800.' }),
    days: t.field({ type: ScheduleDaysEnum, description: 'On which days.' }),
    catchUpUntil: t.string({
      description: 'Until when a start that was slept through is made up for, as `HH:mm` in India.',
    }),
    exchanges: t.field({ type: [ExchangeEnum], description: 'The exchanges whose days and hours count.' }),
    bellLeadMinutes: t.int({
      description: 'How many minutes before the earliest opening the bell is, up to 120.',
    }),
  }),
});

builder.queryField('schedule', (t) =>
  t.field({
    allow: READERS,
    type: ScheduleRef,
    nullable: true,
    description: 'The schedule of an account; null where it has none.',
    args: { accountId: t.arg.id(accountArgument) },
    resolve: async (_root, { accountId }, { services }) =>
      services.schedules.find((await services.accounts.resolve(accountId)).id),
  }),
);

builder.mutationFields((t) => ({
  saveSchedule: t.field({
    allow: OPERATORS,
    type: ScheduleRef,
    description:
      'Stores or changes the schedule of an account. What was to start before now does not start any more. Refused with BAD_USER_INPUT for a start between 00:00 and 03:30, when tokens would not last.',
    args: { input: t.arg({ type: SaveScheduleInput, required: true, description: 'The schedule.' }) },
    resolve: async (_root, { input: { accountId, bellLeadMinutes, ...wish } }, { services }) =>
      services.schedules.save(await services.accounts.resolve(accountId), {
        ...wish,
        leadMinutes: bellLeadMinutes,
      }),
  }),
  removeSchedule: t.boolean({
    allow: OPERATORS,
    description: 'Removes the schedule of an account; false when it had none. A run under way goes on.',
    args: { accountId: t.arg.id(accountArgument) },
    resolve: async (_root, { accountId }, { services }) =>
      services.schedules.remove(await services.accounts.resolve(accountId)),
  }),
}));
