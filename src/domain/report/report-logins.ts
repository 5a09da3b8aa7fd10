import type { StoredAuditEntry } from '../events/audit.ts';
import { failureIn } from './audit-facts.ts';
import type { ReportLogin } from './report.ts';
import { isConfirmation } from './report-kinds.ts';

type Open = Pick<ReportLogin, 'apiName' | 'begunAt'>;

/** A login as it stands by the entries read so far. */
interface Ended {
  login: ReportLogin;
  readonly correlationId: string | null;
  /** Its token is in the table, so the broker may confirm it. */
  hasToken: boolean;
  /** Its token is stored and not confirmed, so it may fail after all. A token that was put back has no login. */
  mayFail: boolean;
}

/** Every login of the day, in the order in which they ended. `entries` are sorted by time. */
export const loginsIn = (entries: readonly StoredAuditEntry[]): readonly ReportLogin[] => {
  const open = new Map<string, Open>();
  const ended: Ended[] = [];
  for (const entry of entries) {
    const { kind, apiName, at, correlationId } = entry;
    if (apiName === null) continue;
    const begun = open.get(apiName);
    const end = (login: Pick<ReportLogin, 'outcome' | 'failure'>): void => {
      open.delete(apiName);
      const common = { apiName, begunAt: begun?.begunAt ?? null, endedAt: at, confirmedAt: null };
      const hasToken = login.outcome === 'STORED';
      const mayFail = hasToken && begun !== undefined;
      ended.push({ login: { ...common, ...login }, correlationId, hasToken, mayFail });
    };
    if (kind === 'LOGIN_BEGUN') {
      if (begun !== undefined)
        ended.push({ login: endless(begun), correlationId, hasToken: false, mayFail: false });
      open.set(apiName, { apiName, begunAt: at });
    }
    if (kind === 'TOKEN_STORED') end({ outcome: 'STORED', failure: null });
    if (kind === 'TOKEN_REMOVED') failLate(ended, entry);
    if (kind === 'LOGIN_FAILED' && (begun !== undefined || !failLate(ended, entry)))
      end({ outcome: 'FAILED', failure: failureIn(entry.message) });
    if (isConfirmation(entry)) confirm(ended, entry);
  }
  return [...ended.map(({ login }) => login), ...[...open.values()].map(endless)];
};

/** Of the program's end in the middle of a login, or of a login under way, the audit says nothing. */
const endless = ({ apiName, begunAt }: Open): ReportLogin => ({
  ...{ apiName, begunAt, endedAt: null, outcome: 'NOT_KNOWN', confirmedAt: null, failure: null },
});

/**
 * A login may fail after its token is stored: the broker does not confirm it, or it is of another user and removed. False
 * where there is no such login.
 */
const failLate = (
  ended: Ended[],
  { kind, apiName, correlationId, at, message }: StoredAuditEntry,
): boolean => {
  const index = ended.findLastIndex(
    ({ login, ...one }) => one.mayFail && login.apiName === apiName && one.correlationId === correlationId,
  );
  const [found] = index < 0 ? [] : ended.splice(index, 1);
  if (found === undefined) return false;
  // The failure that follows a removal says why.
  const isRemoval = kind === 'TOKEN_REMOVED';
  const failure = isRemoval ? null : failureIn(message);
  const login: ReportLogin = { ...found.login, endedAt: at, outcome: 'FAILED', failure };
  ended.push({ ...found, login, hasToken: found.hasToken && !isRemoval, mayFail: isRemoval });
  return true;
};

const confirm = (ended: readonly Ended[], { apiName, at }: StoredAuditEntry): void => {
  const found = ended.findLast(({ login, hasToken }) => hasToken && login.apiName === apiName);
  if (found === undefined || found.login.confirmedAt !== null) return;
  found.login = { ...found.login, confirmedAt: at };
  found.mayFail = false;
};
