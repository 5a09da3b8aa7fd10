import type { Registry } from 'prom-client';
import { AUTH_PHASES } from '../../domain/auth-phase.ts';
import { RUN_STATUSES } from '../../domain/generation-run.ts';
import { VERDICTS } from '../../domain/verdict.ts';
import type { AccountMetrics, Metrics } from '../../services/health/metrics.ts';
import type { Services } from '../../services/services.ts';
import { restError } from '../rest-error.ts';
import { readParameters } from './parameters.ts';
import { processMetrics } from './process-metrics.ts';
import type { RestRoute } from './rest-route.ts';

/** The program in figures, as Prometheus reads them. */
export const metricsRoute = (services: Services): RestRoute => ({
  method: 'GET',
  path: '/metrics',
  answer: async (request, { role }) => {
    if (role === 'SERVICE') {
      const message = 'A key of the role SERVICE may not read the figures.';
      return restError(403, 'FORBIDDEN', message, 'Use a key of the role VIEWER.');
    }
    const parameters = await readParameters(request, new Map());
    if (parameters instanceof Response) return parameters;
    // Loaded by the first scrape: most starts of the program never see one.
    const { Registry } = await import('prom-client');
    const own = await gaugesOf(await services.readMetrics());
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
  /** Which labels its rows have beside the account. */
  readonly labels: readonly string[];
  readonly rows: (account: AccountMetrics) => readonly Row[];
}

const FIGURES: readonly Figure[] = [
  {
    name: 'vega_gate_open',
    help: 'Whether programs may trade: 1 or 0.',
    labels: [],
    rows: ({ isReady }) => [{ labels: {}, value: Number(isReady) }],
  },
  {
    name: 'vega_auth_state',
    help: 'Where the account stands: 1 for that state, 0 for the others.',
    labels: ['state'],
    rows: ({ phase }) => AUTH_PHASES.map((state) => ({ labels: { state }, value: Number(state === phase) })),
  },
  {
    name: 'vega_tokens',
    help: 'Tokens of the enabled APIs by verdict, as far as is known without asking the broker.',
    labels: ['verdict'],
    rows: ({ tokens }) =>
      VERDICTS.map((verdict) => ({
        labels: { verdict },
        value: tokens.filter((token) => token.verdict === verdict).length,
      })),
  },
  {
    name: 'vega_token_expires_in_seconds',
    help: 'Seconds until a token dies; 0 when it is dead, absent when there is none.',
    labels: ['api'],
    rows: ({ tokens }) =>
      tokens.flatMap(({ apiName, secondsLeft }) =>
        secondsLeft === null ? [] : [{ labels: { api: apiName }, value: secondsLeft }],
      ),
  },
  {
    name: 'vega_cooldown_remaining_seconds',
    help: 'Seconds until the broker is asked again; 0 when there is no cooldown.',
    labels: [],
    rows: ({ cooldownSeconds }) => [{ labels: {}, value: cooldownSeconds }],
  },
  {
    name: 'vega_runs',
    help: 'Generation runs in the database by status.',
    labels: ['status'],
    rows: ({ runs }) => RUN_STATUSES.map((status) => ({ labels: { status }, value: runs.get(status) ?? 0 })),
  },
];

/** Made anew for each scrape, so that nothing stays that is no more. */
const gaugesOf = async ({ accounts, eventReaders }: Metrics): Promise<Registry> => {
  const { Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: readonly string[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  for (const { name, help, labels: names, rows } of FIGURES) {
    const figure = gauge(name, help, ['account', ...names]);
    for (const account of accounts)
      for (const { labels, value } of rows(account))
        figure.set({ account: account.accountId, ...labels }, value);
  }
  gauge('vega_event_readers', 'Who is listening to events now.', []).set(eventReaders);
  return registry;
};
