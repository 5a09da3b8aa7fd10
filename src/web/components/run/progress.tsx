import { RUN_WORDS, VERDICT_WORDS } from '../../../sdk/words.ts';
import type { DashboardQuery } from '../../gql/graphql.ts';
import { useDashboard } from '../../state/use-page-store.ts';
import { Panel } from '../panel.tsx';
import { WordMark } from '../word.tsx';

type Run = NonNullable<DashboardQuery['authState']['run']>;

/** How many tokens of the account are valid, which are not, and how far a run has come that is under way. */
export const ProgressPanel = () => {
  const { authState, tokens } = useDashboard();
  const { run } = authState;
  const missingTokens = tokens.filter(({ verdict }) => verdict !== 'VALID');
  const valid = tokens.length - missingTokens.length;
  const isLive = run != null && run.endedAt === null;
  return (
    <Panel
      title="Token progress"
      aside={
        <div className="progress">
          <progress max={Math.max(tokens.length, 1)} value={valid} aria-label="Valid tokens" />
          <b className="number">
            {valid} / {tokens.length}
          </b>{' '}
          valid
        </div>
      }
      className="progress-panel"
    >
      {isLive || missingTokens.length > 0 ? (
        <ul className="missing-tokens">
          {isLive ? <RunProgress run={run} /> : null}
          {missingTokens.map(({ apiName, verdict }) => (
            <li key={apiName}>
              {apiName} <WordMark of={VERDICT_WORDS[verdict]} />
            </li>
          ))}
        </ul>
      ) : null}
    </Panel>
  );
};

const RunProgress = ({ run }: { run: Run }) => (
  <li className="run-progress">
    <WordMark of={RUN_WORDS[run.status]} /> {run.steps.filter(({ status }) => status === 'DONE').length} of{' '}
    {run.steps.length} made
  </li>
);
