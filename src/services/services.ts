import type { BrokerApi } from '../broker/api/broker-api.ts';
import type { BrowserOptions } from '../broker/chromium/broker-browser.ts';
import type { Database } from '../db/database.ts';
import type { AlertSender } from '../domain/alert/alert-sender.ts';
import type { StaticAddresses } from '../domain/net/static-addresses.ts';
import type { AccessKeys } from './access/access-keys.ts';
import type { Sessions } from './access/sessions.ts';
import type { AccountCredentials } from './accounts/account-credentials.ts';
import type { Accounts } from './accounts/accounts.ts';
import type { ApiConfigs } from './accounts/api-configs.ts';
import type { Roles } from './accounts/roles.ts';
import { alertServices } from './alerts/alert-services.ts';
import type { Audit } from './audit/audit.ts';
import { readAuditLog } from './audit/audit-log.ts';
import type { Refusals } from './audit/refusal-audit.ts';
import type { AccountSwitch } from './auth-state/account-switch.ts';
import type { AuthStates } from './auth-state/auth-states.ts';
import type { TradingCalendar } from './calendar/trading-calendar.ts';
import type { Canary } from './canary/canary.ts';
import type { CapabilityProbes } from './capabilities/capability-probes.ts';
import type { CapabilityWatch } from './capabilities/capability-watch.ts';
import type { Clock } from './clock.ts';
import type { EventLog } from './events/event-log.ts';
import { followEvents } from './events/follow-events.ts';
import { logOut, startLogin } from './generation/account-login.ts';
import type { TokenGeneration } from './generation/token-generation.ts';
import type { AppInspection } from './health/app-inspection.ts';
import { readMetrics } from './health/metrics.ts';
import { readSystemHealth } from './health/system-health.ts';
import { beginHumanLogin } from './human-login/human-login.ts';
import type { ReadinessWatch } from './readiness/readiness-watch.ts';
import { readMorningReport } from './report/morning-report.ts';
import { listAccountRoles, listHeldTokens } from './roles/account-roles.ts';
import { assignRole, removeRole } from './roles/assign-role.ts';
import { importToken } from './roles/import-token.ts';
import type { Runs } from './runs/runs.ts';
import type { Scheduler } from './schedule/scheduler.ts';
import type { Schedules } from './schedule/schedules.ts';
import { StateRevision } from './state-revision.ts';
import { backUp } from './storage/backups.ts';
import { rotateMasterKey } from './storage/master-key.ts';
import { leaseToken, listLeases } from './tokens/token-leases.ts';
import { readLoginSuccess, readTokenExpiry, readTokenStatus } from './tokens/token-status.ts';
import type { TokenVerifier } from './tokens/token-verifier.ts';
import { readTokens } from './tokens/unread-tokens.ts';

/** What the use-cases are made of. Each names in its own file what of it it takes. */
export interface Parts {
  readonly database: Database;
  /** The database's path as people may see it: relative to the working directory. */
  readonly databaseLabel: string;
  readonly events: EventLog;
  readonly audit: Audit;
  readonly refusals: Refusals;
  readonly accessKeys: AccessKeys;
  readonly sessions: Sessions;
  readonly accounts: Accounts;
  readonly accountSwitch: AccountSwitch;
  readonly apiConfigs: ApiConfigs;
  readonly credentials: AccountCredentials;
  readonly roles: Roles;
  readonly apps: AppInspection;
  readonly verifier: TokenVerifier;
  readonly states: AuthStates;
  readonly runs: Runs;
  readonly generation: TokenGeneration;
  readonly calendar: TradingCalendar;
  readonly schedules: Schedules;
  readonly readiness: ReadinessWatch;
  readonly probes: CapabilityProbes;
  readonly probeWatch: CapabilityWatch;
  readonly scheduler: Scheduler;
  readonly canary: Canary;
  readonly browser: BrowserOptions;
  readonly api: BrokerApi;
  readonly profileTimeoutMs: number;
  readonly staticAddresses: readonly StaticAddresses[];
  /** VEGA_OPERATOR_KEY is short enough to be found by trying. */
  readonly isOperatorKeyGuessable: boolean;
  readonly clock: Clock;
  readonly sender: AlertSender;
}

/** What a request may call: the living parts, and the use-cases with their parts already given. */
export const createServices = (parts: Parts) => {
  const { accounts, accountSwitch, apiConfigs, roles, verifier, states, runs, generation } = parts;
  const { events, refusals, accessKeys, sessions, clock, calendar, schedules, scheduler, readiness } = parts;
  const { probes } = parts;
  return {
    ...{ accounts, accountSwitch, apiConfigs, roles, verifier, states, runs, generation },
    ...{ events, refusals, accessKeys, sessions, clock, calendar, schedules, scheduler, readiness },
    canary: parts.canary,
    probes,
    revision: new StateRevision(parts),
    startLogin: startLogin.bind(null, parts),
    logOut: logOut.bind(null, parts),
    beginHumanLogin: beginHumanLogin.bind(null, parts),
    readTokenStatus: readTokenStatus.bind(null, parts),
    readTokens: readTokens.bind(null, parts),
    readTokenExpiry: readTokenExpiry.bind(null, parts),
    readLoginSuccess: readLoginSuccess.bind(null, parts),
    listRoles: listAccountRoles.bind(null, parts),
    listHeldTokens: listHeldTokens.bind(null, parts),
    assignRole: assignRole.bind(null, parts),
    removeRole: removeRole.bind(null, parts),
    importToken: importToken.bind(null, parts),
    leaseToken: leaseToken.bind(null, parts),
    listLeases: listLeases.bind(null, parts),
    followEvents: followEvents.bind(null, parts),
    readAuditLog: readAuditLog.bind(null, parts.database),
    verifyAudit: () => parts.database.verifyAudit(),
    readMorningReport: readMorningReport.bind(null, parts),
    readSystemHealth: readSystemHealth.bind(null, parts),
    readMetrics: readMetrics.bind(null, parts),
    backUp: backUp.bind(null, parts),
    rotateMasterKey: rotateMasterKey.bind(null, parts),
    alerts: alertServices(parts),
  };
};

export type Services = ReturnType<typeof createServices>;
