import { useSyncExternalStore } from 'react';
import {
  SaveScheduleDocument,
  ScheduleDocument,
  type ScheduleQuery,
  TradingCalendarDocument,
  type TradingCalendarQuery,
} from '../../../sdk/index.ts';
import { OUTCOME_WORDS, SESSION_WORDS } from '../../../sdk/words.ts';
import { useAction } from '../../actions/use-action.ts';
import { momentInIndia, timeInIndia } from '../../format.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { useDashboard, useMayAct, usePageStore } from '../../state/use-page-store.ts';
import { Panel } from '../panel.tsx';
import { Refusal } from '../refusal.tsx';
import { WordMark } from '../word.tsx';

type Schedule = NonNullable<ScheduleQuery['schedule']>;
type Session = TradingCalendarQuery['tradingCalendar'][number];

const IST_AHEAD_SECONDS = 19_800;
const DAY_SECONDS = 86_400;
const DAYS_SHOWN = 7;

const dateOf = (second: number): string =>
  new Date((second + IST_AHEAD_SECONDS) * 1000).toISOString().slice(0, 10);

/** When the tokens are made by themselves, and which of the coming days are trading days. */
export const DaysPanel = () => {
  const { activeAccount } = useDashboard();
  const { data, refusal } = useAnswer(ScheduleDocument, { accountId: activeAccount.id });
  const today = useToday();
  return (
    <Panel title="Schedule and trading days">
      <Refusal of={refusal} />
      {data === null ? null : <ScheduleFacts of={data.schedule ?? null} />}
      {today === null ? null : <Week from={today} exchanges={data?.schedule?.exchanges ?? ['NSE']} />}
    </Panel>
  );
};

/** The day in India by the server's clock; null until that is known. */
const useToday = (): string | null => {
  const { clock } = usePageStore();
  return useSyncExternalStore(clock.subscribe, () => {
    const second = clock.second();
    return second === null ? null : dateOf(second);
  });
};

const ScheduleFacts = ({ of: schedule }: { of: Schedule | null }) => {
  const last = schedule?.lastOccurrence;
  return (
    <>
      <p>
        {schedule === null || !schedule.enabled ? (
          'Nothing starts by itself.'
        ) : schedule.nextOccurrence == null ? (
          'No start is planned within a month.'
        ) : (
          <>
            Starts by itself <b>{momentInIndia(schedule.nextOccurrence)}</b>.
          </>
        )}
      </p>
      {last == null ? null : (
        <p>
          {last.date}: <WordMark of={OUTCOME_WORDS[last.outcome]} />{' '}
          {last.reason ?? `at ${timeInIndia(last.at)} IST.`}
        </p>
      )}
      <Switch of={schedule} />
    </>
  );
};

const Switch = ({ of: schedule }: { of: Schedule | null }) => {
  const mayAct = useMayAct();
  const { activeAccount } = useDashboard();
  const { run, isBusy, refusal } = useAction(SaveScheduleDocument);
  if (!mayAct) return null;
  const isOn = schedule?.enabled === true;
  const change = () => run({ input: { accountId: activeAccount.id, enabled: !isOn } });
  const start =
    schedule === null
      ? ' (06:00 IST on trading days)'
      : schedule.startAt == null
        ? ''
        : ` (${schedule.startAt} IST)`;
  return (
    <>
      <button type="button" disabled={isBusy} onClick={() => void change()}>
        {isOn ? 'Turn the schedule off' : `Turn the schedule on${start}`}
      </button>
      <Refusal of={refusal} />
    </>
  );
};

const Week = ({ from, exchanges }: { from: string; exchanges: readonly Session['exchange'][] }) => {
  const last = dateOf(Date.parse(`${from}T00:00:00Z`) / 1000 + (DAYS_SHOWN - 1) * DAY_SECONDS);
  const { data, refusal } = useAnswer(TradingCalendarDocument, { from, to: last });
  const sessions = (data?.tradingCalendar ?? []).filter(({ exchange }) => exchange === exchanges[0]);
  return (
    <>
      <Refusal of={refusal} />
      {sessions.length === 0 ? null : (
        <table aria-label={`Coming days of ${exchanges[0]}`}>
          <tbody>
            {sessions.map((session) => (
              <tr key={session.date}>
                <th scope="row" className="number">
                  {dayOf(session.date)}
                </th>
                <td>
                  <WordMark of={SESSION_WORDS[session.kind]} />
                </td>
                <td className="number">
                  {session.opensAt == null ? '' : timeInIndia(session.opensAt).slice(0, 5)}
                </td>
                <td>{session.kind === 'NORMAL' ? '' : session.description}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
};

/** Mon 30 Nov */
const dayOf = (date: string): string => momentInIndia(`${date}T06:00:00.000Z`).slice(0, 10);
