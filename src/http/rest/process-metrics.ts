import type { Registry } from 'prom-client';

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
export const processMetrics = (): Promise<Registry> => {
  loading ??= loadProcessMetrics();
  return loading;
};
