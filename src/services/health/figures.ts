import type { ApiName } from '../../domain/account/api-name.ts';
import { AUTH_PHASES, type AuthPhase } from '../../domain/auth/auth-phase.ts';
import type { Capability } from '../../domain/capability/capability.ts';
import { READINESS_VERDICTS, type ReadinessVerdict } from '../../domain/readiness/readiness.ts';
import { RUN_STATUSES, type RunStatus } from '../../domain/run/generation-run.ts';
import { VERDICTS, type Verdict } from '../../domain/token/verdict.ts';

/** One account in figures. */
export interface AccountMetrics {
  readonly accountId: string;
  readonly isReady: boolean;
  readonly phase: AuthPhase;
  readonly cooldownSeconds: number;
  readonly tokens: readonly {
    readonly apiName: ApiName;
    readonly verdict: Verdict;
    /** Null when there is no readable end. */
    readonly secondsLeft: number | null;
  }[];
  /** Every run there ever was; a status without one is left out. */
  readonly runs: ReadonlyMap<RunStatus, number>;
  /** Null where nothing was forecast yet. */
  readonly readiness: ReadinessVerdict | null;
  readonly capabilities: readonly Pick<Capability, 'apiName' | 'result'>[];
  /** Until the last token is there: 0 when it is, null where nothing makes it. */
  readonly etaSeconds: number | null;
}

/** One value of a figure, and the labels that tell it from the others. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A figure as a monitoring system collects it. */
export interface Figure {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly samples: readonly Sample[];
}

interface Row {
  readonly name: string;
  readonly help: string;
  /** What tells the values of one account apart. */
  readonly label?: string;
  /** Each by the value of its label. */
  readonly values: (account: AccountMetrics) => readonly (readonly [label: string, value: number])[];
}

const ROWS: readonly Row[] = [
  {
    name: 'vega_gate_open',
    help: 'Whether programs may trade: 1 or 0.',
    values: ({ isReady }) => [['', Number(isReady)]],
  },
  {
    name: 'vega_auth_state',
    help: 'Where the account stands: 1 for that state, 0 for the others.',
    label: 'state',
    values: ({ phase }) => AUTH_PHASES.map((state) => [state, Number(state === phase)]),
  },
  {
    name: 'vega_tokens',
    help: 'Tokens of the enabled APIs by verdict, as far as is known without asking the broker.',
    label: 'verdict',
    values: ({ tokens }) =>
      VERDICTS.map((verdict) => [verdict, tokens.filter((token) => token.verdict === verdict).length]),
  },
  {
    name: 'vega_token_expires_in_seconds',
    help: 'Seconds until a token dies; 0 when it is dead, absent when there is none.',
    label: 'api',
    values: ({ tokens }) =>
      tokens.flatMap(({ apiName, secondsLeft }) => (secondsLeft === null ? [] : [[apiName, secondsLeft]])),
  },
  {
    name: 'vega_cooldown_remaining_seconds',
    help: 'Seconds until the broker is asked again; 0 when there is no cooldown.',
    values: ({ cooldownSeconds }) => [['', cooldownSeconds]],
  },
  {
    name: 'vega_runs',
    help: 'Generation runs in the database by status.',
    label: 'status',
    values: ({ runs }) => RUN_STATUSES.map((status) => [status, runs.get(status) ?? 0]),
  },
  {
    name: 'vega_readiness',
    help: 'Whether the tokens will be there by the bell: 1 for that verdict, 0 for the others.',
    label: 'verdict',
    values: ({ readiness }) => READINESS_VERDICTS.map((verdict) => [verdict, Number(verdict === readiness)]),
  },
  {
    name: 'vega_capable',
    help: 'Whether the token of a role can do its work: 1 or 0; absent where that is not known.',
    label: 'api',
    values: ({ capabilities }) =>
      capabilities.flatMap(({ apiName, result }) =>
        result === 'NOT_KNOWN' ? [] : [[apiName, Number(result === 'CAPABLE')]],
      ),
  },
  {
    name: 'vega_eta_seconds',
    help: 'Seconds until the last token is there, as forecast; 0 when it is, absent where nothing makes it.',
    values: ({ etaSeconds }) => (etaSeconds === null ? [] : [['', etaSeconds]]),
  },
];

/** What is counted of the whole program. */
export interface ProgramMetrics {
  readonly eventReaders: number;
  /** Deliveries of alerts that are overdue or were given up. */
  readonly alertsUndelivered: number;
}

export const figuresOf = (
  accounts: readonly AccountMetrics[],
  { eventReaders, alertsUndelivered }: ProgramMetrics,
): readonly Figure[] => [
  ...ROWS.map((row) => toFigure(row, accounts)),
  programFigure('vega_event_readers', 'Who is listening to events now.', eventReaders),
  programFigure(
    'vega_alerts_undelivered',
    'Deliveries that are overdue or were given up, of alerts that still matter.',
    alertsUndelivered,
  ),
];

const programFigure = (name: string, help: string, value: number): Figure => ({
  name,
  help,
  labelNames: [],
  samples: [{ labels: {}, value }],
});

const toFigure = ({ name, help, label, values }: Row, accounts: readonly AccountMetrics[]): Figure => ({
  name,
  help,
  labelNames: label === undefined ? ['account'] : ['account', label],
  samples: accounts.flatMap((account) =>
    values(account).map(([of, value]) => ({
      labels: { account: account.accountId, ...(label === undefined ? {} : { [label]: of }) },
      value,
    })),
  ),
});
