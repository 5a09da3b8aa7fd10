import type { StoredAuditEntry } from '../events/audit.ts';
import { type ForecastFacts, forecastIn } from './audit-facts.ts';
import type { ForecastOutcome, MorningReport, ReportFacts, ReportForecast } from './report.ts';
import { unknownsIn } from './report-gaps.ts';
import { decisionsIn, happeningsIn, isTold } from './report-kinds.ts';
import { loginsIn } from './report-logins.ts';
import { waitsIn } from './report-waits.ts';

/** A function of the audit alone: neither the time nor any other table has a part in it. */
export const morningReportOf = (facts: ReportFacts): MorningReport => {
  const { accountId, day } = facts;
  const entries = facts.entries
    .filter(isTold)
    .toSorted((one, other) => +one.at - +other.at || one.id - other.id);
  const gate = entries.filter(({ kind }) => kind === 'GATE_OPENED' || kind === 'GATE_CLOSED');
  const foreseen = entries.flatMap((entry) => {
    const found = entry.kind === 'FORECAST' ? forecastIn(entry.message) : null;
    return found === null ? [] : [{ ...found, at: entry.at }];
  });
  const isOpenAt = (bell: Date): boolean | null => gateAt(bell, gate, facts.ends);
  const logins = loginsIn(entries);
  const waits = waitsIn(entries);
  const openings = gate.filter(({ kind }) => kind === 'GATE_OPENED');
  const forecasts = foreseen.map((forecast) => {
    const opened = openings.find(({ at }) => at >= forecast.at)?.at ?? null;
    return judged(forecast, isOpenAt(forecast.bell), opened);
  });
  return {
    ...{
      accountId,
      date: day.date,
      bell: foreseen.at(-1)?.bell ?? null,
      gateOpenedAt: openings[0]?.at ?? null,
    },
    ...{ logins, waits, forecasts },
    decisions: decisionsIn(entries),
    happenings: happeningsIn(entries),
    unknowns: unknownsIn(facts, { entries, logins, waits, forecasts }),
    entries: entries.length,
    firstEntryAt: entries[0]?.at ?? null,
    lastEntryAt: entries.at(-1)?.at ?? null,
  };
};

/** Null where the audit ends before: then nobody wrote down what came. */
const gateAt = (bell: Date, gate: readonly StoredAuditEntry[], ends: Date | null): boolean | null => {
  const last = gate.findLast(({ at }) => at <= bell);
  if (ends === null || ends < bell) return null;
  return last?.kind === 'GATE_OPENED';
};

const judged = (
  forecast: ForecastFacts & { readonly at: Date },
  isOpenAtBell: boolean | null,
  openedAt: Date | null,
): ReportForecast => {
  const { verdict, eta } = forecast;
  const late = eta === null || openedAt === null ? null : (+openedAt - +eta) / 60_000;
  return {
    ...forecast,
    outcome: outcomeOf(verdict, isOpenAtBell),
    lateMinutes: late === null ? null : Math.round(late),
  };
};

const outcomeOf = (verdict: ForecastFacts['verdict'], isOpenAtBell: boolean | null): ForecastOutcome => {
  if (isOpenAtBell === null || verdict === 'AT_RISK' || verdict === 'NO_SESSION') return 'NOT_KNOWN';
  return (verdict === 'TOO_LATE') === isOpenAtBell ? 'FAILED' : 'CAME_TRUE';
};
