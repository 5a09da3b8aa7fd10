import type {
  ApiName,
  AuditComponent,
  Exchange,
  Role,
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
