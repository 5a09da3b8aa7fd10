import { AUDIT_COMPONENTS, SEVERITIES } from '../../../sdk/names.ts';
import type { AuditFilter } from '../../state/audit-feed.ts';
import { useAudit, useConnection, usePageStore } from '../../state/use-page-store.ts';
import { Panel } from '../panel.tsx';
import { AuditGrid } from './audit-grid.tsx';

/** What was done, the newest on top. It can be read and nothing else. */
export const AuditPanel = () => {
  const { filter } = useAudit();
  const isLive = useConnection() === 'LIVE';
  return (
    <Panel
      title={isLive ? 'Audit log (live)' : 'Audit log (offline)'}
      aside={<Filters filter={filter} />}
      className="audit-panel"
    >
      <AuditGrid />
    </Panel>
  );
};

const Filters = ({ filter }: { filter: AuditFilter }) => {
  const { audit } = usePageStore();
  return (
    <div className="filters">
      <Filter
        name="Severity"
        options={SEVERITIES}
        value={filter.severity}
        onChoose={(severity) => audit.restart({ ...filter, severity })}
      />
      <Filter
        name="Component"
        options={AUDIT_COMPONENTS}
        value={filter.component}
        onChoose={(component) => audit.restart({ ...filter, component })}
      />
    </div>
  );
};

interface FilterProps<Option> {
  readonly name: string;
  readonly options: readonly Option[];
  readonly value: Option | null;
  readonly onChoose: (option: Option | null) => void;
}

const Filter = <Option extends string>({ name, options, value, onChoose }: FilterProps<Option>) => (
  <label>
    {name}{' '}
    <select
      value={value ?? ''}
      onChange={({ target }) => onChoose(options.find((one) => one === target.value) ?? null)}
    >
      <option value="">all</option>
      {options.map((one) => (
        <option key={one}>{one}</option>
      ))}
    </select>
  </label>
);
