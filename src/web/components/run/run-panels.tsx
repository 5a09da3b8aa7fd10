import { type ReactNode, useState } from 'react';
import { GenerationRunsDocument, type GenerationRunsQuery, TokenLeasesDocument } from '../../../sdk/index.ts';
import { RUN_WORDS } from '../../../sdk/words.ts';
import { dayInIndia, timeInIndia } from '../../format.ts';
import type { Run } from '../../runs/chart.ts';
import { RunDetail } from '../../runs/run-detail.tsx';
import { RunTimeline } from '../../runs/run-timeline.tsx';
import { useActs } from '../../runs/use-acts.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { useDashboard } from '../../state/use-page-store.ts';
import { Disclosure } from '../disclosure.tsx';
import { Panel } from '../panel.tsx';
import { WordMark } from '../word.tsx';

export const RunPanel = () => {
  const { run } = useDashboard().authState;
  if (run == null || run.endedAt != null || run.steps.length === 0) return null;
  return (
    <Panel title="Run timeline" aside={<WordMark of={RUN_WORDS[run.status]} />} className="run-panel">
      <LiveTimeline run={run} />
    </Panel>
  );
};

const LiveTimeline = ({ run }: { run: Run }) => <RunTimeline run={run} acts={useActs(run.id)} />;

/** What time brings next, by what the API has told. */
export const DuePanel = () => {
  const { authState, tokenExpiry } = useDashboard();
  const { cooldown, run } = authState;
  const ends = tokenExpiry.filter(({ level }) => level !== 'EXPIRED').map(({ expiresAt }) => expiresAt);
  const due = [
    ...(cooldown.active && cooldown.until != null
      ? [{ at: cooldown.until, what: run?.status === 'COOLDOWN' ? 'the run goes on' : 'the cooldown ends' }]
      : []),
    ...(run?.waitingUntil == null ? [] : [{ at: run.waitingUntil, what: 'the run stops waiting for you' }]),
    ...[...new Set(ends)].map((at) => {
      const count = ends.filter((end) => end === at).length;
      return { at, what: count === 1 ? 'one token ends' : `${count} tokens end` };
    }),
  ].sort((one, other) => one.at.localeCompare(other.at));
  return (
    <Lines title="Next, IST" className="due-panel" none="Nothing is due.">
      {due.map(({ at, what }) => (
        <li key={`${at} ${what}`}>
          <b className="number">{dayInIndia(at)}</b> {what}
        </li>
      ))}
    </Lines>
  );
};

/** The last runs; each opens in its place. */
export const LastRunsPanel = () => {
  const { activeAccount } = useDashboard();
  const { data } = useAnswer(GenerationRunsDocument, { accountId: activeAccount.id, first: 5 });
  return (
    <Lines title="Last runs" className="runs-panel" none={data === null ? 'Being read …' : 'None yet.'}>
      {(data?.generationRuns ?? []).map((run) => (
        <PastRun key={run.id} run={run} />
      ))}
    </Lines>
  );
};

const PastRun = ({ run }: { run: GenerationRunsQuery['generationRuns'][number] }) => {
  const [isOpen, open] = useState(false);
  const made = run.steps.filter(({ status }) => status === 'DONE').length;
  return (
    <li>
      <Disclosure isOpen={isOpen} onToggle={() => open(!isOpen)}>
        {dayInIndia(run.startedAt)}
      </Disclosure>{' '}
      <WordMark of={RUN_WORDS[run.status]} />{' '}
      <span>{run.steps.length === 0 ? 'nothing to make' : `${made} of ${run.steps.length} made`}</span>
      {isOpen ? <RunDetail id={run.id} /> : null}
    </li>
  );
};

export const LeasesPanel = () => {
  const { activeAccount } = useDashboard();
  const { data } = useAnswer(TokenLeasesDocument, { accountId: activeAccount.id });
  return (
    <Lines title="Leases" className="leases-panel" none={data === null ? 'Being read …' : 'None yet.'}>
      {(data?.tokenLeases ?? []).map(({ keyId, keyName, apiName, version, isPresent, leasedAt }) => (
        <li key={`${keyId} ${apiName}`}>
          <b>{keyName}</b> {apiName} <span className="number">{timeInIndia(leasedAt)}</span>{' '}
          {isPresent ? `✓ version ${version}` : `⚠ version ${version}, replaced since`}
        </li>
      ))}
    </Lines>
  );
};

interface LinesProps {
  readonly title: string;
  readonly className: string;
  /** What to say where there is no line. */
  readonly none: string;
  readonly children: readonly ReactNode[];
}

const Lines = ({ title, className, none, children }: LinesProps) => (
  <Panel
    title={title}
    aside={children.length === 0 ? <span className="dim">{none}</span> : null}
    className={className}
  >
    {children.length === 0 ? null : <ul className="lines">{children}</ul>}
  </Panel>
);
