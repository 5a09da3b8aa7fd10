import { AUDIT_COMPONENTS, SEVERITIES } from '../../sdk/names.ts';
import type { AuditFilter } from '../facts/audit-feed.ts';
import { useAudit, useDesk, useLine } from '../facts/use-desk.ts';
import { AuditGrid } from './audit-grid.tsx';
import { Panel } from './panel.tsx';

/** What was done, the newest on top. It can be read and nothing else. */
export const AuditPanel = () => {
  const { filter } = useAudit();
  const isLive = useLine() === 'LIVE';
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
  const { audit } = useDesk();
  return (
    <div className="filters">
      <label>
        Severity{' '}
        <select
          value={filter.severity ?? ''}
          onChange={({ target }) =>
            audit.restart({ ...filter, severity: SEVERITIES.find((one) => one === target.value) ?? null })
          }
        >
          <option value="">all</option>
          {SEVERITIES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <label>
        Component{' '}
        <select
          value={filter.component ?? ''}
          onChange={({ target }) =>
            audit.restart({
              ...filter,
              component: AUDIT_COMPONENTS.find((one) => one === target.value) ?? null,
            })
          }
        >
          <option value="">all</option>
          {AUDIT_COMPONENTS.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
    </div>
  );
};
