import type { Caller } from '../../domain/account/access-key.ts';
import { AUTH_PHASES } from '../../domain/auth/auth-phase.ts';
import { READINESS_VERDICTS } from '../../domain/readiness/readiness.ts';
import { RUN_STATUSES } from '../../domain/run/generation-run.ts';
import { VERDICTS } from '../../domain/token/verdict.ts';
import type { AccountMetrics } from '../../services/health/metrics.ts';
import type { Services } from '../../services/services.ts';
import type { Answer } from '../answer.ts';
import { forbidden } from '../http-error.ts';
import type { HttpRequest } from '../http-request.ts';
import { readParameters } from './parameters.ts';

export const METRICS_PATH = '/metrics';

/** The lag of the event loop is sampled this often; before the first sample it would read as nonsense. */
const LAG_SAMPLE_MS = 10;

/** The program in figures, as Prometheus reads them. */
export const answerMetrics = async (
  request: HttpRequest,
  { role }: Caller,
  services: Services,
): Promise<Answer> => {
  if (role === 'SERVICE')
    throw forbidden('A key of the role SERVICE may not read the figures.', 'Use a key of the role VIEWER.');
  await readParameters(request, new Map());
  // Loaded by the first scrape: most starts of the program never see one.
  const { Gauge, Registry } = await import('prom-client');
  // Made anew for each scrape, so that nothing stays that is no more.
  const own = new Registry();
  const gauge = (name: string, help: string, ...labelNames: readonly string[]) =>
    new Gauge({ name, help, labelNames, registers: [own] });
  const { accounts, eventReaders } = await services.readMetrics();
  for (const { name, help, label, values } of FIGURES) {
    const figure = gauge(name, help, 'account', ...(label === undefined ? [] : [label]));
    for (const account of accounts)
      for (const [of, value] of values(account))
        figure.set({ account: account.accountId, ...(label === undefined ? {} : { [label]: of }) }, value);
  }
  gauge('vega_event_readers', 'Who is listening to events now.').set(eventReaders);
  processMetrics ??= readProcess();
  const registry = Registry.merge([own, await processMetrics]);
  return { status: 200, headers: { 'content-type': registry.contentType }, body: await registry.metrics() };
};

/** Memory, event loop, garbage collection: one set for the process, however many servers are in it. */
const readProcess = async () => {
  const { collectDefaultMetrics, Registry } = await import('prom-client');
  const register = new Registry();
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: LAG_SAMPLE_MS });
  await new Promise((resolve) => setTimeout(resolve, 3 * LAG_SAMPLE_MS));
  return register;
};

let processMetrics: ReturnType<typeof readProcess> | undefined;

interface Figure {
  readonly name: string;
  readonly help: string;
  /** What tells the figures of one account apart. */
  readonly label?: string;
  /** Each by the value of its label. */
  readonly values: (account: AccountMetrics) => readonly (readonly [label: string, value: number])[];
}

const FIGURES: readonly Figure[] = [
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
    name: 'vega_eta_seconds',
    help: 'Seconds until the last token is there, as forecast; 0 when it is, absent where nothing makes it.',
    values: ({ etaSeconds }) => (etaSeconds === null ? [] : [['', etaSeconds]]),
  },
];
