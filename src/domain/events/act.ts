export const SEVERITIES = ['INFO', 'WARN', 'ERROR'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const AUDIT_COMPONENTS = ['AUTH', 'DB', 'API'] as const;
export type AuditComponent = (typeof AUDIT_COMPONENTS)[number];

/** Nothing to say beyond the kind itself. */
type Nothing = Readonly<Record<never, never>>;

/** One kind of act: how grave it is, what it belongs to, and what is said of its facts. */
export interface Act<Facts> {
  readonly severity: Severity;
  readonly component: AuditComponent;
  readonly says: (facts: Readonly<Facts>) => string;
}

const at =
  (severity: Severity) =>
  <Facts = Nothing>(component: AuditComponent, says: string | Act<Facts>['says']): Act<Facts> => ({
    severity,
    component,
    says: typeof says === 'string' ? () => says : says,
  });
export const [info, warn, error] = [at('INFO'), at('WARN'), at('ERROR')];
