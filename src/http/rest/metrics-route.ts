import type { Registry } from 'prom-client';
import { AUTH_PHASES } from '../../domain/auth-phase.ts';
import { RUN_STATUSES } from '../../domain/generation-run.ts';
import { VERDICTS } from '../../domain/verdict.ts';
import { type AccountMetrics, type Metrics, readMetrics } from '../../services/metrics.ts';
import type { Services } from '../../services/services.ts';
import { readParameters } from './parameters.ts';
import type { RestRoute } from './rest-route.ts';

/** The program in figures, as Prometheus reads them. */
export const metricsRoute = (services: Services): RestRoute => ({
  method: 'GET',
  path: '/metrics',
  answer: async (request) => {
    const parameters = await readParameters(request, new Map());
    if (parameters instanceof Response) return parameters;
    // Loaded by the first scrape: most starts of the program never see one.
    const { Registry } = await import('prom-client');
    const own = await gaugesOf(await readMetrics(services));
    const registry = Registry.merge([own, await processMetrics()]);
    return new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } });
  },
});

interface Row {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Figure {
  readonly name: string;
  readonly help: string;
  readonly rows: (account: AccountMetrics) => readonly Row[];
}

const FIGURES: readonly Figure[] = [
  {
    name: 'vega_gate_open',
    help: 'Whether programs may trade: 1 or 0.',
    rows: ({ isReady }) => [{ labels: {}, value: Number(isReady) }],
  },
  {
    name: 'vega_auth_state',
    help: 'Where the account stands: 1 for that state, 0 for the others.',
    rows: ({ phase }) => AUTH_PHASES.map((state) => ({ labels: { state }, value: Number(state === phase) })),
  },
  {
    name: 'vega_tokens',
    help: 'Tokens of the enabled APIs by verdict, as far as is known without asking the broker.',
    rows: ({ tokens }) =>
      VERDICTS.map((verdict) => ({
        labels: { verdict },
        value: tokens.filter((token) => token.verdict === verdict).length,
      })),
  },
  {
    name: 'vega_token_expires_in_seconds',
    help: 'Seconds until a token dies; 0 when it is dead, absent when there is none.',
    rows: ({ tokens }) =>
      tokens.flatMap(({ apiName, secondsLeft }) =>
        secondsLeft === null ? [] : [{ labels: { api: apiName }, value: secondsLeft }],
      ),
  },
  {
    name: 'vega_cooldown_remaining_seconds',
    help: 'Seconds until the broker is asked again; 0 when there is no cooldown.',
    rows: ({ cooldownSeconds }) => [{ labels: {}, value: cooldownSeconds }],
  },
  {
    name: 'vega_runs',
    help: 'Generation runs in the database by status.',
    rows: ({ runs }) => RUN_STATUSES.map((status) => ({ labels: { status }, value: runs.get(status) ?? 0 })),
  },
];

/** Made anew for each scrape, so that nothing stays that is no more. */
const gaugesOf = async ({ accounts, eventReaders }: Metrics): Promise<Registry> => {
  const { Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: readonly string[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  for (const { name, help, rows } of FIGURES) {
    const all = accounts.flatMap((account) =>
      rows(account).map(({ labels, value }) => ({
        labels: { account: account.accountId, ...labels },
        value,
      })),
    );
    const one = gauge(name, help, Object.keys(all[0]?.labels ?? {}));
    for (const { labels, value } of all) one.set(labels, value);
  }
  gauge('vega_event_readers', 'Who is listening to events now.', []).set(eventReaders);
  return registry;
};

/** The lag of the event loop is sampled this often; before the first sample it would read as nonsense. */
const LAG_SAMPLE_MS = 10;

const loadProcessMetrics = async (): Promise<Registry> => {
  const { collectDefaultMetrics, Registry } = await import('prom-client');
  const register = new Registry();
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: LAG_SAMPLE_MS });
  await new Promise((resolve) => setTimeout(resolve, 3 * LAG_SAMPLE_MS));
  return register;
};

let loading: Promise<Registry> | undefined;

/** Memory, event loop, garbage collection: one set for the process, however many servers are in it. */
const processMetrics = (): Promise<Registry> => {
  loading ??= loadProcessMetrics();
  return loading;
};
