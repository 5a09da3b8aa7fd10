import type { StoredAuditEntry } from '../events/audit.ts';
import { toLocalIst } from '../wall-time.ts';
import type { MorningReport, ReportFacts } from './report.ts';

const momentOf = (instant: Date): string => `${toLocalIst(instant).replace('T', ' ')} IST`;
const timeOf = (instant: Date): string => `${toLocalIst(instant).slice(11)} IST`;

type Told = Pick<MorningReport, 'logins' | 'waits' | 'forecasts'> & {
  readonly entries: readonly StoredAuditEntry[];
};

/** What a reader could take for told, and the audit does not know. */
export const unknownsIn = (facts: ReportFacts, told: Told): readonly string[] => [
  ...chainGaps(facts),
  ...dayGaps(facts, told),
  ...loginGaps(told),
  ...forecastGaps(told),
];

const chainGaps = ({ verification }: ReportFacts): readonly string[] => {
  if (verification === null)
    return ['The audit could not be verified: it cannot be read as a whole at present.'];
  if (verification.valid) return [];
  return [
    `The audit is not whole, so what is told here may be wrong. ${verification.reason ?? 'What is wrong is not known.'}`,
  ];
};

const dayGaps = ({ day, begins }: ReportFacts, { entries }: Told): readonly string[] => {
  if (begins === null) return ['The audit is empty.'];
  if (begins >= day.to)
    return [`The audit begins on ${momentOf(begins)}, after this day: nothing of it is known.`];
  return [
    ...(begins > day.from ? [`The audit begins on ${momentOf(begins)}; what came before is not known.`] : []),
    ...(entries.length === 0
      ? ['The audit has nothing of this day: no login, or vega-auth was not running.']
      : []),
  ];
};

const loginGaps = ({ logins, waits }: Told): readonly string[] => [
  ...logins.flatMap(({ apiName, begunAt, outcome }) =>
    outcome === 'NOT_KNOWN' && begunAt !== null
      ? [`How the login of ${apiName} ended that began at ${timeOf(begunAt)} is not in the audit.`]
      : [],
  ),
  ...logins.flatMap(({ apiName, endedAt, outcome, confirmedAt }) =>
    outcome === 'STORED' && confirmedAt === null && endedAt !== null
      ? [
          `Whether the broker accepted the token of ${apiName} stored at ${timeOf(endedAt)} is not in the audit.`,
        ]
      : [],
  ),
  ...logins.flatMap(({ apiName, endedAt, outcome, failure }) =>
    outcome === 'FAILED' && (failure?.message ?? null) === null && endedAt !== null
      ? [
          `What was seen when ${apiName} failed at ${timeOf(endedAt)} is not in the audit: an older version wrote it.`,
        ]
      : [],
  ),
  ...waits.flatMap(({ kind, from, to }) =>
    to === null
      ? [`When the wait (${kind}) that began at ${timeOf(from)} was over is not in the audit.`]
      : [],
  ),
];

const forecastGaps = ({ entries, forecasts }: Told): readonly string[] =>
  entries.length > 0 && forecasts.length === 0
    ? ['No forecast is in the audit: no session that day, no server was running, or an older version was.']
    : [];
