import type {
  AlertChannelKind,
  AlertKind,
  ApiName,
  AuditComponent,
  Exchange,
  ImportedCredential,
  Role,
  RoleCredential,
  ScheduleDays,
  Severity,
  TradingDayKind,
} from './index.ts';

/** Enumerations of the schema as lists, in the order in which people expect them. */

/** One that is left out does not compile. */
const every = <Name extends string>(names: Record<Name, true>): readonly Name[] =>
  Object.keys(names) as Name[];

export const API_NAMES = every<ApiName>({
  PRIMARY: true,
  WEBSOCKET1: true,
  WEBSOCKET2: true,
  WEBSOCKET3: true,
  OPTIONCHAIN1: true,
  OPTIONCHAIN2: true,
});

export const SEVERITIES = every<Severity>({ INFO: true, WARN: true, ERROR: true });

export const AUDIT_COMPONENTS = every<AuditComponent>({ AUTH: true, DB: true, API: true });

export const ROLES = every<Role>({ OPERATOR: true, VIEWER: true, SERVICE: true });

export const EXCHANGES = every<Exchange>({ NSE: true, BSE: true, MCX: true });

export const TRADING_DAY_KINDS = every<TradingDayKind>({
  NORMAL: true,
  SPECIAL: true,
  MUHURAT: true,
  HOLIDAY: true,
});

export const SCHEDULE_DAYS = every<ScheduleDays>({ TRADING_DAYS: true, EVERY_DAY: true });

export const ROLE_CREDENTIALS = every<RoleCredential>({
  LOGIN: true,
  SHARED: true,
  ANALYTICS: true,
  EXTENDED: true,
  PASTED: true,
});

export const IMPORTED_CREDENTIALS = every<ImportedCredential>({
  PASTED: true,
  ANALYTICS: true,
  EXTENDED: true,
});

export const ALERT_KINDS = every<AlertKind>({
  HUMAN_NEEDED: true,
  AT_RISK: true,
  TOO_LATE: true,
  MISSED: true,
  QUARANTINED: true,
  STORAGE: true,
  DRIFT: true,
  EXPIRING: true,
  RECOVERED: true,
});

export const ALERT_CHANNEL_KINDS = every<AlertChannelKind>({
  WEBHOOK: true,
  EMAIL: true,
  NTFY: true,
  TELEGRAM: true,
  SLACK: true,
  HEARTBEAT: true,
});
