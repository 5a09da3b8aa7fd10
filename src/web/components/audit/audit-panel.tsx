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
