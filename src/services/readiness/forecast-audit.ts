import type { Readiness } from '../../domain/readiness/readiness.ts';
import { tradingDayAt } from '../../domain/report/trading-day.ts';
import type { AuditedWrites } from '../audit/audit.ts';

/** Of one account and bell: a verdict that goes back and forth must not fill the audit. */
const MOST = 24;

interface Written {
  readonly bell: number;
  readonly verdict: string;
  readonly count: number;
}

/** Writes the first forecast of a morning into the audit, and each one with another verdict, until the bell is over. */
export class ForecastAudit {
  readonly #options: AuditedWrites;
  readonly #written = new Map<string, Written>();

  constructor(options: AuditedWrites) {
    this.#options = options;
  }

  async note(readiness: Readiness): Promise<void> {
    const { accountId, bell, verdict, eta, etaWorst, probability } = readiness;
    const { database, audit, clock } = this.#options;
    if (bell === null || verdict === 'NO_SESSION' || database.recovery.dbLocked) return;
    const { from, to } = tradingDayAt(clock());
    // The evening before tells of tomorrow's bell: that morning has not begun.
    if (bell < from || bell >= to) return;
    const last = this.#written.get(accountId);
    const count = last?.bell === bell.getTime() ? last.count : 0;
    if (count >= MOST || (count > 0 && last?.verdict === verdict)) return;
    const facts = { verdict, bell, eta, etaWorst, probability };
    await audit.record('FORECAST', facts, { accountId });
    this.#written.set(accountId, { bell: bell.getTime(), verdict, count: count + 1 });
  }
}
