import { useState } from 'react';
import { useQuery } from 'urql';
import {
  MorningReportDocument,
  type MorningReportQuery,
  type MorningReportQueryVariables,
} from '../../../sdk/index.ts';
import { toRefusal } from '../../actions/refusal.ts';
import { AxisHeads, Bars } from '../../runs/run-timeline.tsx';
import { documentOf } from '../../state/typed-document.ts';
import { useDashboard } from '../../state/use-page-store.ts';
import { Disclosure } from '../disclosure.tsx';
import { Panel } from '../panel.tsx';
import { Refusal } from '../refusal.tsx';
import { reportChart } from './report-chart.ts';

/** A trading day as the audit tells it; read when it is opened, because the whole audit is verified for it. */
export const ReportPanel = () => {
  const [isOpen, open] = useState(false);
  return (
    <Panel title="Morning report">
      <Disclosure isOpen={isOpen} onToggle={() => open(!isOpen)}>
        {isOpen ? 'Close the report' : 'Read the report of a trading day'}
      </Disclosure>
      {isOpen ? <OneDay /> : null}
    </Panel>
  );
};

const OneDay = () => {
  const { activeAccount } = useDashboard();
  const [date, choose] = useState<string | null>(null);
  const [{ data, error, fetching }, ask] = useQuery<MorningReportQuery, MorningReportQueryVariables>({
    query: documentOf(MorningReportDocument),
    variables: { accountId: activeAccount.id, date },
    requestPolicy: 'network-only',
  } as never);
  const report = error === undefined ? data?.morningReport : undefined;
  return (
    <>
      <p>
        <label>
          Day{' '}
          <input
            type="date"
            value={date ?? report?.date ?? ''}
            onChange={({ target }) => choose(target.value === '' ? null : target.value)}
          />
        </label>{' '}
        <button type="button" disabled={fetching} onClick={() => ask({ requestPolicy: 'network-only' })}>
          Read again
        </button>
      </p>
      <Refusal of={error === undefined ? null : toRefusal(error)} />
      {report === undefined ? null : (
        <>
          <Picture of={report} />
          <pre className="report-text">{report.lines.join('\n')}</pre>
        </>
      )}
    </>
  );
};

/** The text says what the bars show. */
const Picture = ({ of: report }: { of: MorningReportQuery['morningReport'] }) => {
  const chart = reportChart(report);
  if (chart === null) return null;
  return (
    <table className="timeline" aria-label="Logins of the day">
      <thead>
        <tr>
          <AxisHeads chart={chart} />
        </tr>
      </thead>
      <tbody>
        {chart.rows.map(({ apiName, spans }) => (
          <tr key={apiName}>
            <th scope="row">{apiName}</th>
            <td className="bars">
              <Bars chart={chart} spans={spans} now={null} />
              <span className="unseen">{spans.map(({ name }) => name).join(', ')}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
