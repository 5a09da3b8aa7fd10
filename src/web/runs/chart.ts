import type { ApiName, AuditLogQuery, GenerationRunQuery } from '../../sdk/index.ts';
import type { DashboardQuery } from '../gql/graphql.ts';
import { endWith, type Forecast, type Mark, marksOf } from './marks.ts';
import { phaseSpans } from './phase-spans.ts';
import type { Span } from './span.ts';

type FoundRun = NonNullable<GenerationRunQuery['generationRun']>;
/** A run as the dashboard and the query of one run tell it. */
export type Run = Pick<FoundRun, 'id' | 'mode' | 'status' | 'startedAt' | 'endedAt'> & {
  readonly steps: readonly (FoundRun | NonNullable<DashboardQuery['authState']['run']>)['steps'][number][];
};
export type Act = AuditLogQuery['auditLog']['nodes'][number];

/** The steps of each API on one axis. */
export interface Chart {
  readonly from: number;
  readonly to: number;
  readonly rows: readonly { readonly apiName: ApiName; readonly spans: readonly Span[] }[];
  readonly cooldowns: readonly Span[];
  /** What is forecast of a run under way. */
  readonly marks: readonly Mark[];
}

/** Of a run of an older version: what was under way until an act was written down. The OTP spacing lies before the OTP request. */
const UNTIL: Readonly<Record<string, Pick<Span, 'name' | 'kind'>>> = {
  OTP_REQUESTED: { name: 'wait until an OTP may be requested', kind: 'wait' },
  OTP_SUBMITTED: { name: 'OTP', kind: 'work' },
  PIN_SUBMITTED: { name: 'PIN', kind: 'work' },
  CODE_EXCHANGED: { name: 'redirect', kind: 'work' },
  APPROVAL_REQUESTED: { name: 'request for approval', kind: 'work' },
  TOKEN_STORED: { name: 'exchange', kind: 'work' },
  LOGIN_FAILED: { name: 'failed', kind: 'failed' },
};

const BEGINNINGS = ['LOGIN_BEGUN', 'HUMAN_LOGIN_BEGUN'];
/** After these a person is waited for. */
const ASKS_PERSON = ['HUMAN_LOGIN_BEGUN', 'APPROVAL_REQUESTED'];
const WAITING_STEPS = ['OTP_SPACING', 'TOTP_WAIT', 'HUMAN_LOGIN', 'APPROVAL_WAIT'];

const SUBMITTED: Readonly<Record<string, string>> = {
  OTP_REQUESTED: 'MOBILE',
  OTP_SUBMITTED: 'OTP',
  PIN_SUBMITTED: 'PIN',
  CODE_EXCHANGED: 'CODE',
};

const ms = (instant: string): number => Date.parse(instant);

/** `acts` are the audit entries of the run, the oldest first; `pausedUntil` is the end of a cooldown that is active. */
export const chartOf = (
  run: Run,
  acts: readonly Act[],
  now: number,
  pausedUntil: string | null,
  forecast: Forecast | null = null,
): Chart => {
  const from = ms(run.startedAt);
  const end = run.endedAt == null ? now : ms(run.endedAt);
  const cooldowns = cooldownsOf(acts, run.endedAt == null && pausedUntil !== null ? ms(pausedUntil) : end);
  // A run under way leaves some room behind the line of now.
  const room = run.endedAt == null ? Math.max((end - from) / 10, 5000) : 0;
  const to = Math.max(end + room, from + 1000, ...cooldowns.map((span) => span.to));
  const marks = run.endedAt == null && forecast !== null ? marksOf(forecast) : [];
  return {
    from,
    to: endWith(marks, from, to),
    marks,
    rows: run.steps.map((step) => ({
      apiName: step.apiName,
      spans:
        step.phases.length > 0
          ? phaseSpans(step.phases, end)
          : spansOf(
              step,
              acts.filter(({ apiName }) => apiName === step.apiName),
              end,
            ),
    })),
    cooldowns,
  };
};

/** What had left for the broker, as it was written down. */
export const submittedOf = (acts: readonly Act[], apiName: ApiName): string =>
  acts.flatMap((act) => (act.apiName === apiName ? (SUBMITTED[act.kind] ?? []) : [])).join(', ');

const spansOf = (step: Run['steps'][number], acts: readonly Act[], end: number): readonly Span[] => {
  const spans: Span[] = [];
  let begun: number | null = null;
  let isPersonAsked = false;
  for (const { kind, timestamp } of acts) {
    const at = ms(timestamp);
    const until = UNTIL[kind];
    if (until !== undefined && begun !== null)
      spans.push({ ...(isPersonAsked ? ASKED : until), from: begun, to: at });
    if (BEGINNINGS.includes(kind) || until !== undefined) {
      begun = kind === 'LOGIN_FAILED' ? null : at;
      isPersonAsked = ASKS_PERSON.includes(kind);
    }
  }
  if (spans.length === 0 && begun === null && step.startedAt != null) begun = ms(step.startedAt);
  if (begun === null) return spans;
  const isWaiting = isPersonAsked || (step.status === 'RUNNING' && WAITING_STEPS.includes(step.step ?? ''));
  const last = step.status === 'RUNNING' ? 'now' : 'check with the broker';
  const to = step.endedAt == null ? end : ms(step.endedAt);
  return [...spans, { name: last, from: begun, to: Math.max(begun, to), kind: isWaiting ? 'wait' : 'work' }];
};

const ASKED: Pick<Span, 'name' | 'kind'> = { name: 'wait for a person', kind: 'wait' };

const cooldownsOf = (acts: readonly Act[], end: number): readonly Span[] =>
  acts.flatMap(({ kind, timestamp }, index) => {
    if (kind !== 'COOLDOWN_BEGUN') return [];
    const over = acts.slice(index).find((act) => act.kind === 'COOLDOWN_ENDED');
    const to = over === undefined ? end : ms(over.timestamp);
    return { name: 'cooldown', kind: 'cooldown', from: ms(timestamp), to } as const;
  });
