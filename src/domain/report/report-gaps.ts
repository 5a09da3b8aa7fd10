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

const dayGaps = (facts: ReportFacts, { entries }: Told): readonly string[] => {
  const { day, begins, ends } = facts;
  if (begins === null) return ['The audit is empty.'];
  if (begins !== 'NOT_KNOWN' && begins >= day.to)
    return [`The audit begins on ${momentOf(begins)}, after this day: nothing of it is known.`];
  if (ends !== null && ends < day.from && entries.length === 0)
    return [`The audit ends at ${momentOf(ends)}, before this day: nothing of it is known.`];
  return [
    ...beginningGap(facts),
    ...(entries.length === 0
      ? ['The audit has nothing of this day: no login, or vega-auth was not running.']
      : []),
    ...endGap(facts, entries),
  ];
};

const beginningGap = ({ day, begins }: ReportFacts): readonly string[] => {
  if (begins === 'NOT_KNOWN')
    return ['When the audit begins is not known, so entries of this day may be missing.'];
  if (begins === null || begins <= day.from) return [];
  return [`The audit begins on ${momentOf(begins)}; what came before is not known.`];
};

/** After a restore the audit goes on from the backup: what came in between is in neither. */
const endGap = ({ day, ends }: ReportFacts, entries: readonly StoredAuditEntry[]): readonly string[] => {
  if (ends === null || ends >= day.to) return [];
  const restored = entries.find(({ kind, at }) => kind === 'RESTORED' && at >= ends);
  if (restored === undefined) return [`The audit ends at ${momentOf(ends)}; what came after is not known.`];
  return [
    `The audit ends at ${momentOf(ends)} and goes on at ${momentOf(restored.at)}, after a restore; what came between is not known.`,
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
