import { AuditPanel } from '../components/audit-panel.tsx';
import { CooldownPanel } from '../components/cooldown.tsx';
import { DecisionPanel } from '../components/decision-panel.tsx';
import { HealthPanel } from '../components/health.tsx';
import { ProgressPanel } from '../components/progress.tsx';
import { DuePanel, LastRunsPanel, LeasesPanel, RunPanel } from '../components/run-panels.tsx';
import { TokenPanel } from '../components/token-panel.tsx';

/** The wireframe: everything about the active account on one fixed grid. */
export const AccountPage = () => (
  <div className="account-grid">
    <TokenPanel />
    <div className="side">
      <ProgressPanel />
      <RunPanel />
      <DecisionPanel />
      <CooldownPanel />
      <DuePanel />
      <LastRunsPanel />
      <LeasesPanel />
      <HealthPanel />
    </div>
    <AuditPanel />
  </div>
);
