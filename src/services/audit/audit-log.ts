import type { Database } from '../../db/database.ts';
import type { AuditComponent, Severity } from '../../domain/events/act.ts';
import type { StoredAuditEntry } from '../../domain/events/audit.ts';

const USUAL_PAGE = 100;

interface AuditFilter {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly severity?: Severity | null | undefined;
  readonly component?: AuditComponent | null | undefined;
  readonly correlationId?: string | null | undefined;
}

export interface AuditPage {
  readonly entries: readonly StoredAuditEntry[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** A page of the audit, the newest entries first. */
export const readAuditLog = async (
  database: Database,
  { first, after, severity = null, component = null, correlationId = null }: AuditFilter,
): Promise<AuditPage> => {
  const size = first ?? USUAL_PAGE;
  const before = after == null ? null : Number(after);
  // One more than is shown tells whether there are more.
  const found = await database.auditEntries({ first: size + 1, before, severity, component, correlationId });
  return {
    entries: found.slice(0, size),
    hasNextPage: found.length > size,
    hasPreviousPage: before !== null,
  };
};
