import { useId } from 'react';
import { STEP_WORDS } from '../../sdk/words.ts';
import { WordMark } from '../components/word.tsx';
import { countdown, timeInIndia } from '../format.ts';
import { useDashboard, useReadiness, useServerSecond } from '../state/use-page-store.ts';
import { type Act, type Chart, chartOf, type Run, submittedOf } from './chart.ts';
import type { Span } from './span.ts';

interface Props {
  readonly run: Run;
  /** Its audit entries, the oldest first. */
  readonly acts: readonly Act[];
  /** With times and what was submitted. */
  readonly isWhole?: boolean;
}

const took = (from: number, to: number): string => countdown(Math.max(0, Math.round((to - from) / 1000)));

/** The steps of each API on one axis. The table says in words what the bars show. */
export const RunTimeline = ({ run, acts, isWhole = false }: Props) => {
  const { cooldown } = useDashboard().authState;
  const second = useServerSecond();
  const now = (second ?? 0) * 1000;
  const pausedUntil = cooldown.active ? (cooldown.until ?? null) : null;
  const forecast = useReadiness();
  const chart = chartOf(run, acts, now, pausedUntil, forecast);
  const isLive = run.endedAt == null;
  return (
    <>
      <table className={isWhole ? 'timeline whole' : 'timeline'}>
        <thead>
          <tr>
            <AxisHeads chart={chart} />
            <th scope="col">Result</th>
            {isWhole ? (
              <>
                <th scope="col" className="wide">
                  From – to
                </th>
                <th scope="col" className="wide">
                  Submitted
                </th>
              </>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {chart.rows.map(({ apiName, spans }, index) => {
            const step = run.steps[index];
            const [from, to] = [step?.startedAt, step?.endedAt];
            return (
              <tr key={apiName}>
                <th scope="row">{apiName}</th>
                <td className="bars">
                  <Bars chart={chart} spans={spans} now={isLive && second !== null ? now : null} />
                  <span className="unseen">
                    {spans.map((span) => `${span.name} ${took(span.from, span.to)}`).join(', ')}
                  </span>
                </td>
                <td>
                  {step === undefined ? null : <WordMark of={STEP_WORDS[step.status]} />}
                  {from == null || to == null ? null : ` ${took(Date.parse(from), Date.parse(to))}`}
                </td>
                {isWhole ? (
                  <>
                    <td className="wide">
                      {from == null ? '–' : timeInIndia(from)} – {to == null ? '' : timeInIndia(to)}
                    </td>
                    <td className="wide">{submittedOf(acts, apiName) || 'nothing'}</td>
                  </>
                ) : null}
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="small legend">
        Times in IST · <span aria-hidden="true">▨</span> waits
        {chart.cooldowns.map(({ from, to }) => (
          <span key={from}>
            {' '}
            · cooldown {timeInIndia(from)} – {timeInIndia(to)}
          </span>
        ))}
        {isLive ? ' · the line is now' : ''}
        {chart.marks.map(({ name, at }) => (
          <span key={name}>
            {' '}
            · {name} {timeInIndia(at)}
          </span>
        ))}
      </p>
    </>
  );
};

/** The first two columns: the APIs, and the hours that their bars stand for. */
export const AxisHeads = ({ chart }: { chart: Pick<Chart, 'from' | 'to'> }) => (
  <>
    <th scope="col">API</th>
    <th scope="col">
      <span className="axis">
        <span>{timeInIndia(chart.from)}</span>
        <span>{timeInIndia(chart.to)}</span>
      </span>
    </th>
  </>
);

export const Bars = ({ chart, spans, now }: { chart: Chart; spans: readonly Span[]; now: number | null }) => {
  const id = useId();
  const share = (at: number): string =>
    `${((100 * (at - chart.from)) / (chart.to - chart.from)).toFixed(2)}%`;
  const width = ({ from, to }: Span): string =>
    `${Math.max(0.4, (100 * (to - from)) / (chart.to - chart.from)).toFixed(2)}%`;
  return (
    <svg width="100%" height="20" aria-hidden="true">
      <defs>
        <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect className="hatch" width="2.5" height="6" />
        </pattern>
      </defs>
      {chart.cooldowns.map((span) => (
        <rect
          key={span.from}
          className="cooldown"
          x={share(span.from)}
          width={width(span)}
          y="0"
          height="20"
          fill={`url(#${id})`}
        >
          <title>{`cooldown ${took(span.from, span.to)}`}</title>
        </rect>
      ))}
      {spans.map((span) => (
        <rect
          key={`${span.name} ${span.from}`}
          className={`span ${span.kind}`}
          x={share(span.from)}
          width={width(span)}
          y="4"
          height="12"
          fill={span.kind === 'wait' ? `url(#${id})` : undefined}
        >
          <title>{`${span.name} ${took(span.from, span.to)}`}</title>
        </rect>
      ))}
      {chart.marks
        .filter(({ at }) => at >= chart.from && at <= chart.to)
        .map(({ name, at }) => (
          <line
            key={name}
            className={name === 'bell' ? 'mark bell' : 'mark'}
            x1={share(at)}
            x2={share(at)}
            y1="0"
            y2="20"
          >
            <title>{`${name} ${timeInIndia(at)}`}</title>
          </line>
        ))}
      {now === null ? null : <line className="now" x1={share(now)} x2={share(now)} y1="0" y2="20" />}
    </svg>
  );
};
