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

export const API_NAMES = [
  'PRIMARY',
  'WEBSOCKET1',
  'WEBSOCKET2',
  'WEBSOCKET3',
  'OPTIONCHAIN1',
  'OPTIONCHAIN2',
] as const satisfies readonly ApiName[];

export const SEVERITIES = ['INFO', 'WARN', 'ERROR'] as const satisfies readonly Severity[];

export const AUDIT_COMPONENTS = ['AUTH', 'DB', 'API'] as const satisfies readonly AuditComponent[];

export const ROLES = ['OPERATOR', 'VIEWER', 'SERVICE'] as const satisfies readonly Role[];

export const EXCHANGES = ['NSE', 'BSE', 'MCX'] as const satisfies readonly Exchange[];

export const TRADING_DAY_KINDS = [
  'NORMAL',
  'SPECIAL',
  'MUHURAT',
  'HOLIDAY',
] as const satisfies readonly TradingDayKind[];

export const SCHEDULE_DAYS = ['TRADING_DAYS', 'EVERY_DAY'] as const satisfies readonly ScheduleDays[];
export const ROLE_CREDENTIALS = [
  ...(['LOGIN', 'SHARED', 'ANALYTICS', 'EXTENDED', 'PASTED'] as const),
] as const satisfies readonly RoleCredential[];

export const IMPORTED_CREDENTIALS = [
  ...(['PASTED', 'ANALYTICS', 'EXTENDED'] as const),
] as const satisfies readonly ImportedCredential[];

export const ALERT_KINDS = [
  ...(['HUMAN_NEEDED', 'AT_RISK', 'TOO_LATE', 'MISSED', 'QUARANTINED'] as const),
  ...(['STORAGE', 'DRIFT', 'EXPIRING', 'RECOVERED'] as const),
] as const satisfies readonly AlertKind[];

export const ALERT_CHANNEL_KINDS = [
  ...(['WEBHOOK', 'EMAIL', 'NTFY', 'TELEGRAM', 'SLACK', 'HEARTBEAT'] as const),
] as const satisfies readonly AlertChannelKind[];
