import { EXCHANGES } from '../../domain/calendar/exchange.ts';
import {
  CALENDAR_SOURCES,
  SESSION_KINDS,
  type SessionKind,
  type TradingSession,
} from '../../domain/calendar/trading-session.ts';
import { OPERATORS, READERS } from '../access/access-plugin.ts';
import { builder, enumOf } from '../builder.ts';
import { plainText } from '../plain-text.ts';

export const ExchangeEnum = enumOf('Exchange', {
  description: 'An exchange, with its derivatives.',
  of: EXCHANGES,
  values: {
    NSE: 'National Stock Exchange; equity and its derivatives.',
    BSE: 'Bombay Stock Exchange; equity and its derivatives.',
    MCX: 'Multi Commodity Exchange; open in the evening on most holidays.',
  },
});

const SessionKindEnum = enumOf('SessionKind', {
  description: 'What kind of day it is at an exchange.',
  of: SESSION_KINDS,
  values: {
    NORMAL: 'A trading day with the usual hours.',
    SPECIAL: 'A trading day with hours of its own, or on a weekend.',
    MUHURAT: 'The session on Diwali.',
    HOLIDAY: 'No trading: a holiday, or a weekend without a session.',
    UNCERTAIN:
      'The sources disagree, are older than 7 days, or do not know the year. It counts as a trading day.',
  },
});

/** What the operator may say of a day. */
const TRADING_DAY_KINDS = [
  'NORMAL',
  'SPECIAL',
  'MUHURAT',
  'HOLIDAY',
] as const satisfies readonly SessionKind[];

const TradingDayKindEnum = enumOf('TradingDayKind', {
  description: 'What kind of day the operator says it is.',
  of: TRADING_DAY_KINDS,
  values: {
    NORMAL: 'A trading day; with the usual hours unless others are given.',
    SPECIAL: 'A trading day with hours of its own.',
    MUHURAT: 'The session on Diwali, with its hours.',
    HOLIDAY: 'No trading.',
  },
});

const CalendarSourceEnum = enumOf('CalendarSource', {
  description: 'Where it is known from; a later one of these stands above an earlier one.',
  of: CALENDAR_SOURCES,
  values: {
    SHIPPED: 'The table that is part of the program.',
    BROKER: 'The broker’s public lists.',
    OPERATOR: 'An entry of the operator: it stands above everything.',
  },
});

export const TradingSessionRef = builder.objectRef<TradingSession>('TradingSession').implement({
  description: 'One day of one exchange, as far as is known.',
  fields: (t) => ({
    date: t.exposeString('date', { description: 'The day in India, as `yyyy-MM-dd`.' }),
    kind: t.expose('kind', { type: SessionKindEnum, description: 'What kind of day it is.' }),
    exchange: t.expose('exchange', { type: ExchangeEnum, description: 'Where.' }),
    opensAt: t.expose('opensAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it opens: null on a HOLIDAY, and where the hours are not announced. On an UNCERTAIN day the earliest that is possible.',
    }),
    closesAt: t.expose('closesAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it closes; null as `opensAt`.',
    }),
    source: t.expose('source', {
      type: CalendarSourceEnum,
      description: 'The highest source that covers the day.',
    }),
    fetchedAt: t.expose('fetchedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'How old what is known is; null where nothing is.',
    }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'The name of the day, or why it is UNCERTAIN.',
    }),
  }),
});

const SetTradingDayInput = builder.inputType('SetTradingDayInput', {
  description: 'What the operator knows of a day.',
  fields: (t) => ({
    date: t.string({ required: true, description: 'The day in India, as `yyyy-MM-dd`.' }),
    exchange: t.field({ type: ExchangeEnum, required: true, description: 'Where.' }),
    kind: t.field({ type: TradingDayKindEnum, required: true, description: 'What kind of day it is.' }),
    opensAt: t.string({
      description: 'When it opens, as `HH:mm` in India; needed for SPECIAL and MUHURAT, none for a HOLIDAY.',
    }),
    closesAt: t.string({ description: 'When it closes, as `HH:mm` in India; given with `opensAt`.' }),
    description: t.string({
      description: 'For people, up to 100 characters.',
      validate: plainText('description').max(100),
    }),
  }),
});

builder.queryField('tradingCalendar', (t) =>
  t.field({
    allow: READERS,
    type: [TradingSessionRef],
    description:
      'Every day and exchange of a span, at most 400 days. Refused with BAD_USER_INPUT where a date is none.',
    args: {
      from: t.arg.string({ required: true, description: 'The first day, as `yyyy-MM-dd`.' }),
      to: t.arg.string({ required: true, description: 'The last day, as `yyyy-MM-dd`.' }),
    },
    resolve: async (_root, { from, to }, { services }) => [...(await services.calendar.sessions(from, to))],
  }),
);

builder.mutationFields((t) => ({
  setTradingDay: t.field({
    allow: OPERATORS,
    type: TradingSessionRef,
    description:
      'Says what a day is at an exchange, above the shipped table and the broker. Refused with BAD_USER_INPUT where the hours do not fit the kind.',
    args: { input: t.arg({ type: SetTradingDayInput, required: true, description: 'The day.' }) },
    resolve: (_root, { input }, { services }) =>
      services.calendar.setDay({
        ...{ date: input.date, exchange: input.exchange, kind: input.kind },
        opensAt: input.opensAt ?? null,
        closesAt: input.closesAt ?? null,
        description: input.description ?? null,
      }),
  }),
  clearTradingDay: t.boolean({
    allow: OPERATORS,
    description: 'Removes the operator’s entry; false when there was none.',
    args: {
      date: t.arg.string({ required: true, description: 'The day, as `yyyy-MM-dd`.' }),
      exchange: t.arg({ type: ExchangeEnum, required: true, description: 'Where.' }),
    },
    resolve: (_root, { date, exchange }, { services }) => services.calendar.clearDay(date, exchange),
  }),
  refreshTradingCalendar: t.field({
    allow: OPERATORS,
    type: [TradingSessionRef],
    description:
      'Asks the broker for its lists now, and answers the days from today to 30 days ahead. Where the broker does not answer, what was known stays.',
    resolve: async (_root, _args, { services }) => [...(await services.calendar.refresh())],
  }),
}));
