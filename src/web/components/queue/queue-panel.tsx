import type { BrowserQueueQuery } from '../../../sdk/index.ts';
import { BROWSER_WAIT_WORDS, workText } from '../../../sdk/words.ts';
import { timeInIndia } from '../../format.ts';
import { useConnection, useDashboard, useQueue } from '../../state/use-page-store.ts';
import { Countdown } from '../countdown.tsx';
import { Panel } from '../panel.tsx';

type Queue = BrowserQueueQuery['browserQueue'];
type Turn = Queue['waiting'][number];

/** Who has the one browser and who waits for it, of all accounts; nothing where nobody needs it. */
export const QueuePanel = () => {
  const known = useQueue();
  const queue = useConnection() === 'LOST' ? null : known;
  if (queue === null || (queue.holder === null && queue.waiting.length === 0)) return null;
  const { holder, isTakenElsewhere, waiting } = queue;
  return (
    <Panel
      title="Browser"
      aside={
        <span className="dim">{waiting.length === 0 ? 'Nobody waits.' : countText(waiting.length)}</span>
      }
      className="queue-panel"
    >
      <ul className="lines">
        {holder === null ? (
          <li>{isTakenElsewhere ? '⚠ Another process on this machine has it.' : '○ Free'}</li>
        ) : (
          <li>
            <span aria-hidden="true">▶</span> <AccountName id={holder.accountId} /> {workText(holder)}, since{' '}
            <span className="number">{timeInIndia(holder.since)}</span>
            <GoesOn turn={holder} />
          </li>
        )}
        {waiting.map((turn) => (
          <li key={turn.run.id}>
            <span aria-hidden="true">◷</span> <AccountName id={turn.accountId} /> {turn.apiName} waits for{' '}
            {turn.waitsFor == null ? 'the browser' : BROWSER_WAIT_WORDS[turn.waitsFor]}, since{' '}
            <span className="number">{timeInIndia(turn.since)}</span>
            <GoesOn turn={turn} />
          </li>
        ))}
      </ul>
    </Panel>
  );
};

const AccountName = ({ id }: { id: string }) => {
  const account = useDashboard().accounts.find((each) => each.id === id);
  return <b>{account?.name ?? id}</b>;
};

/** The moment at which its wait ends, and how long that is; nothing where nobody knows. */
const GoesOn = ({ turn: { accountId, canGoOnAt } }: { turn: Turn }) =>
  canGoOnAt == null ? null : (
    <>
      , until <span className="number">{timeInIndia(canGoOnAt)}</span> IST{' '}
      <Countdown until={canGoOnAt} name={`Until ${accountId} goes on`} />
    </>
  );

const countText = (waiting: number): string => (waiting === 1 ? '1 run waits' : `${waiting} runs wait`);
