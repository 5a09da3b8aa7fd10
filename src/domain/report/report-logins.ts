import type { StoredAuditEntry } from '../events/audit.ts';
import { failureIn } from './audit-facts.ts';
import type { ReportLogin } from './report.ts';
import { isConfirmation } from './report-kinds.ts';

type Open = Pick<ReportLogin, 'apiName' | 'begunAt'>;

/** Every login of the day, in the order in which they ended. `entries` are sorted by time. */
export const loginsIn = (entries: readonly StoredAuditEntry[]): readonly ReportLogin[] => {
  const open = new Map<string, Open>();
  const logins: ReportLogin[] = [];
  const end = (login: ReportLogin): void => {
    open.delete(login.apiName);
    logins.push(login);
  };
  for (const entry of entries) {
    const { kind, apiName, at } = entry;
    if (apiName === null) continue;
    const begun = open.get(apiName);
    const common = { apiName, begunAt: begun?.begunAt ?? null, confirmedAt: null };
    if (kind === 'LOGIN_BEGUN') {
      if (begun !== undefined) end(endless(begun));
      open.set(apiName, { apiName, begunAt: at });
    }
    if (kind === 'TOKEN_STORED') end({ ...common, endedAt: at, outcome: 'STORED', failure: null });
    if (kind === 'LOGIN_FAILED')
      end({ ...common, endedAt: at, outcome: 'FAILED', failure: failureIn(entry.message) });
    if (isConfirmation(entry)) confirm(logins, entry);
  }
  return [...logins, ...[...open.values()].map(endless)];
};

/** Of the program's end in the middle of a login, or of a login under way, the audit says nothing. */
const endless = ({ apiName, begunAt }: Open): ReportLogin => ({
  ...{ apiName, begunAt, endedAt: null, outcome: 'NOT_KNOWN', confirmedAt: null, failure: null },
});

const confirm = (logins: ReportLogin[], { apiName, at }: StoredAuditEntry): void => {
  const index = logins.findLastIndex((login) => login.apiName === apiName && login.outcome === 'STORED');
  const login = logins[index];
  if (login !== undefined && login.confirmedAt === null) logins[index] = { ...login, confirmedAt: at };
};
