import type { Exchange, ScheduleDays } from '../../../sdk/index.ts';
import { EXCHANGES, SCHEDULE_DAYS } from '../../../sdk/names.ts';
import { type Command, EXIT, type Given, textOf } from '../../command.ts';
import { openConnection } from '../../connection/api-connection.ts';
import { ACCOUNT_OPTION, JSON_OPTION } from '../../options.ts';
import { printJson, printLines } from '../../terminal/print.ts';
import { renderSchedule } from '../../view/days.ts';
import { lookOf } from '../../view/look.ts';
import { asking } from '../setup/asking.ts';

const show: Command = {
  name: 'show',
  summary: 'Show when the tokens are made by themselves, and what became of it last.',
  options: [ACCOUNT_OPTION, JSON_OPTION],
  run: async (terminal, { account, json }) => {
    await using connection = await openConnection(terminal, { isVisit: true });
    const schedule = await connection.client.schedule({ accountId: textOf(account) });
    if (json === true) printJson(terminal, schedule);
    else printLines(terminal, renderSchedule(schedule, lookOf(terminal)));
    return EXIT.ALL_VALID;
  },
};

const numberOf = (given: Given[string]): number | undefined =>
  textOf(given) === undefined ? undefined : Number(textOf(given));

const NOBODY_STARTS = 'No server answers here: nothing starts by itself unless `vega-auth serve` runs.';

const set: Command = {
  name: 'set',
  summary: 'Have the tokens made by themselves, at 06:00 IST on every trading day unless said otherwise.',
  arguments: [{ name: '[exchanges...]', description: 'Whose days and hours count.', choices: EXCHANGES }],
  options: [
    {
      flags: '--at <time>',
      description: 'The start, as HH:mm in India, from 03:30 to 23:00; at 03:35 at the earliest.',
    },
    {
      flags: '--before <minutes>',
      description: 'In place of --at: minutes before the bell.',
      isNumber: true,
    },
    {
      flags: '--jitter <seconds>',
      description: 'Later by up to so much, by account and date.',
      isNumber: true,
    },
    { flags: '--days <days>', description: 'On which days.', choices: SCHEDULE_DAYS },
    { flags: '--until <time>', description: 'Until when a start that was slept through is made up for.' },
    {
      flags: '--lead <minutes>',
      description: 'The bell is so long before the earliest opening.',
      isNumber: true,
    },
    { flags: '--off', description: 'Keep it, switched off.' },
    ACCOUNT_OPTION,
    JSON_OPTION,
  ],
  examples: [
    { line: 'vega-auth schedule set', says: '06:00 on trading days of NSE and BSE' },
    { line: 'vega-auth schedule set NSE MCX --before 120', says: 'two hours before the first bell' },
  ],
  run: asking(
    (client, { exchanges, at, before, jitter, days, until, lead, off, account }) => {
      const named = (Array.isArray(exchanges) ? exchanges : []) as Exchange[];
      return client.saveSchedule({
        input: {
          accountId: textOf(account),
          enabled: off !== true,
          startAt: textOf(at),
          minutesBeforeBell: numberOf(before),
          jitterSeconds: numberOf(jitter),
          days: textOf(days) as ScheduleDays | undefined,
          catchUpUntil: textOf(until),
          exchanges: named.length === 0 ? undefined : named,
          bellLeadMinutes: numberOf(lead),
        },
      });
    },
    (schedule, _given, terminal, { serverUrl }) => [
      ...renderSchedule(schedule, lookOf(terminal)),
      ...(serverUrl === null && schedule.enabled ? [NOBODY_STARTS] : []),
    ],
  ),
};

const remove: Command = {
  name: 'remove',
  summary: 'Remove the schedule: nothing starts by itself any more.',
  options: [ACCOUNT_OPTION, JSON_OPTION],
  run: asking(
    (client, { account }) => client.removeSchedule({ accountId: textOf(account) }),
    (isRemoved) => [isRemoved ? 'The schedule is removed.' : 'There was no schedule.'],
  ),
};

export const schedule: Command = {
  name: 'schedule',
  summary: 'Show, set and remove when the running server makes the tokens by itself.',
  commands: [show, set, remove],
};
