import { DecisionPanel } from '../components/account/decision-panel.tsx';
import { AlertsPanel } from '../components/alerts/alerts-panel.tsx';
import { AuditPanel } from '../components/audit/audit-panel.tsx';
import { DaysPanel } from '../components/calendar/days-panel.tsx';
import { CanaryPanel } from '../components/canary-panel.tsx';
import { CapabilitiesPanel } from '../components/capabilities/capabilities-panel.tsx';
import { HealthPanel } from '../components/frame/health.tsx';
import { QueuePanel } from '../components/queue/queue-panel.tsx';
import { ReadinessPanel } from '../components/readiness/readiness-panel.tsx';
import { ReportPanel } from '../components/report/report-panel.tsx';
import { CooldownPanel } from '../components/run/cooldown.tsx';
import { ProgressPanel } from '../components/run/progress.tsx';
import { DuePanel, LastRunsPanel, LeasesPanel, RunPanel } from '../components/run/run-panels.tsx';
import { TokenPanel } from '../components/tokens/token-panel.tsx';

/** The wireframe: everything about the active account on one fixed grid. */
export const AccountPage = () => (
  <div className="account-grid">
    <TokenPanel />
    <div className="side">
      <ProgressPanel />
      <RunPanel />
      <QueuePanel />
      <DecisionPanel />
      <ReadinessPanel />
      <CooldownPanel />
      <DuePanel />
      <LastRunsPanel />
      <LeasesPanel />
      <CapabilitiesPanel />
      <DaysPanel />
      <CanaryPanel />
      <ReportPanel />
      <AlertsPanel />
      <HealthPanel />
    </div>
    <AuditPanel />
  </div>
);
