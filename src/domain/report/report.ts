import type { ApiName } from '../account/api-name.ts';
import type { IstDate } from '../calendar/ist-date.ts';
import type { AuditVerification, StoredAuditEntry } from '../events/audit.ts';
import type { FailureFacts, ForecastFacts } from './audit-facts.ts';
import type { TradingDay } from './trading-day.ts';

/** What the audit says of one account's trading day, and what it does not say. */
export interface MorningReport {
  readonly accountId: string;
  readonly date: IstDate;
  /** As the last forecast of the day names it; null where there was none. */
  readonly bell: Date | null;
  readonly gateOpenedAt: Date | null;
  readonly logins: readonly ReportLogin[];
  readonly waits: readonly ReportWait[];
  readonly decisions: readonly ReportAct[];
  readonly forecasts: readonly ReportForecast[];
  /** What else matters, such as a quarantine or an outage of the database. */
  readonly happenings: readonly ReportAct[];
  /** What the audit does not know, and why it may be wrong. */
  readonly unknowns: readonly string[];
  /** The entries of the day that it is told from. */
  readonly entries: number;
  readonly firstEntryAt: Date | null;
  readonly lastEntryAt: Date | null;
}

export const LOGIN_OUTCOMES = ['STORED', 'FAILED', 'NOT_KNOWN'] as const;
export type LoginOutcome = (typeof LOGIN_OUTCOMES)[number];

/** One login of one API. */
export interface ReportLogin {
  readonly apiName: ApiName;
  /** Null where the token came without a login, such as one that was put back. */
  readonly begunAt: Date | null;
  /** When its token was stored, or when it failed; null where the audit does not say. */
  readonly endedAt: Date | null;
  readonly outcome: LoginOutcome;
  /** When the broker confirmed the stored token; null where the audit does not say. */
  readonly confirmedAt: Date | null;
  readonly failure: FailureFacts | null;
}

export const WAIT_KINDS = ['SPACING', 'TOTP_STEP', 'TURN', 'COOLDOWN', 'PERSON', 'APPROVAL'] as const;
export type WaitKind = (typeof WAIT_KINDS)[number];

export interface ReportWait {
  readonly kind: WaitKind;
  readonly apiName: ApiName | null;
  readonly from: Date;
  /** Null where the audit does not say when it was over. */
  readonly to: Date | null;
  /** The code that a cooldown follows from. */
  readonly reason: string | null;
}

export interface ReportAct {
  readonly at: Date;
  readonly apiName: ApiName | null;
  readonly message: string;
}

export const FORECAST_OUTCOMES = ['CAME_TRUE', 'FAILED', 'NOT_KNOWN'] as const;
export type ForecastOutcome = (typeof FORECAST_OUTCOMES)[number];

export interface ReportForecast extends ForecastFacts {
  readonly at: Date;
  /** Whether the morning went as the verdict said; AT_RISK says neither, so that is NOT_KNOWN. */
  readonly outcome: ForecastOutcome;
  /** How many minutes after `eta` the gate opened first since the forecast, before it where negative; null where either is not known. */
  readonly lateMinutes: number | null;
}

/** What a report is made of. */
export interface ReportFacts {
  readonly accountId: string;
  readonly day: TradingDay;
  /** The entries of the account and of the whole server in the day. */
  readonly entries: readonly StoredAuditEntry[];
  /** When the whole audit begins; NOT_KNOWN where it cannot be read, null where it is empty. */
  readonly begins: Date | 'NOT_KNOWN' | null;
  /** Until when it knows of what followed on the day; null where it is empty. */
  readonly ends: Date | null;
  /** Null where the chain could not be read as a whole. */
  readonly verification: AuditVerification | null;
}
