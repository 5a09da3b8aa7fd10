import { CanaryReportsDocument, RunCanaryDocument } from '../../sdk/index.ts';
import { CANARY_WORDS } from '../../sdk/words.ts';
import { useAction } from '../actions/use-action.ts';
import { momentInIndia } from '../format.ts';
import { useAnswer } from '../state/use-answer.ts';
import { useDashboard, useMayAct } from '../state/use-page-store.ts';
import { Panel } from './panel.tsx';
import { Refusal } from './refusal.tsx';
import { WordMark } from './word.tsx';

/** What the last look at the login page has come to. */
export const CanaryPanel = () => {
  const { activeAccount } = useDashboard();
  const { data, refusal } = useAnswer(CanaryReportsDocument, { accountId: activeAccount.id, first: 1 });
  const last = data?.canaryReports[0];
  return (
    <Panel
      title="Login page"
      aside={last === undefined ? null : <WordMark of={CANARY_WORDS[last.verdict]} />}
    >
      <Refusal of={refusal} />
      {last === undefined ? (
        <p className="dim">Not looked at yet.</p>
      ) : (
        <>
          <p>
            <b>{momentInIndia(last.at)}</b> {last.apiName}: {last.message}
          </p>
          {last.changes.length === 0 ? null : (
            <ul className="lines">
              {last.changes.map((change) => (
                <li key={change}>{change}</li>
              ))}
            </ul>
          )}
          {last.verdict === 'SAME' ? null : <p className="next">Next: {last.nextAction}</p>}
        </>
      )}
      <LookButton />
    </Panel>
  );
};

const LookButton = () => {
  const mayAct = useMayAct();
  const { activeAccount } = useDashboard();
  const { run, isBusy, refusal } = useAction(RunCanaryDocument);
  if (!mayAct) return null;
  return (
    <>
      <button type="button" disabled={isBusy} onClick={() => void run({ accountId: activeAccount.id })}>
        Look at the login page
      </button>
      <Refusal of={refusal} />
    </>
  );
};
