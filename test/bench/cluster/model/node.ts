import { untilStopped } from '../../../../src/cli/terminal/until-stopped.ts';
import type { FromModel } from './messages.ts';
import { openModelApp } from './open-model-app.ts';

/** A server: it starts what the schedules say and forecasts who will be ready. */
const [databaseUrl = '', brokerUrl = '', medianMs = ''] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const say = (message: FromModel): void => void process.send?.(message);

await using app = await openModelApp({ medianMs: Number(medianMs), databaseUrl, brokerUrl });
await app.listen();
app.beginSchedules();
app.beginForecasts();
say({ kind: 'READY' });
await untilStopped(stop.signal);
