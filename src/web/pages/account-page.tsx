import { AuditPanel } from '../parts/audit-panel.tsx';
import { CooldownPanel } from '../parts/cooldown.tsx';
import { DecisionPanel } from '../parts/decision-panel.tsx';
import { HealthPanel } from '../parts/health.tsx';
import { ProgressPanel } from '../parts/progress.tsx';
import { TokenPanel } from '../parts/token-panel.tsx';

/** The wireframe: everything about the active account on one fixed grid. */
export const AccountPage = () => (
  <div className="account-grid">
    <TokenPanel />
    <div className="side">
      <ProgressPanel />
      <DecisionPanel />
      <CooldownPanel />
      <HealthPanel />
    </div>
    <AuditPanel />
  </div>
);
