import type { Caller } from '../../domain/account/access-key.ts';
import type { Services } from '../../services/services.ts';
import type { Answer } from '../answer.ts';
import { forbidden } from '../http-error.ts';

export const METRICS_PATH = '/metrics';

/** The lag of the event loop is sampled this often; before the first sample it would read as nonsense. */
const LAG_SAMPLE_MS = 10;

/** The program in figures, as Prometheus reads them. */
export const answerMetrics = async ({ role }: Caller, services: Services): Promise<Answer> => {
  if (role === 'SERVICE')
    throw forbidden('A key of the role SERVICE may not read the figures.', 'Use a key of the role VIEWER.');
  // Loaded by the first scrape: most starts of the program never see one.
  const { Gauge, Registry } = await import('prom-client');
  // Made anew for each scrape, so that nothing stays that is no more.
  const own = new Registry();
  for (const { samples, ...figure } of await services.readMetrics()) {
    const gauge = new Gauge({ ...figure, registers: [own] });
    for (const { labels, value } of samples) gauge.set(labels, value);
  }
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
