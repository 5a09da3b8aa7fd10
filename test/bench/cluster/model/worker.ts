import { untilStopped } from '../../../../src/cli/terminal/until-stopped.ts';
import type { FromModel } from './messages.ts';
import { openModelApp } from './open-model-app.ts';
import { installTimedBrowser } from './timed-browser.ts';

/** One machine with one browser. */
const [databaseUrl = '', brokerUrl = '', medianMs = '', seed = ''] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const say = (message: FromModel): void => void process.send?.(message);

installTimedBrowser(Number(medianMs), Number(seed), (milliseconds) => say({ kind: 'LOGIN', milliseconds }));
await using app = await openModelApp({ medianMs: Number(medianMs), databaseUrl, brokerUrl, isWorker: true });
app.beginWork(3);
say({ kind: 'READY' });
await untilStopped(stop.signal);
