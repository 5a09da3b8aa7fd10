import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What a benchmark and the processes that it starts and kills leave behind lies in one folder, which ends with it. */
const folder = mkdtempSync(path.join(tmpdir(), 'vega-bench-'));
process.env.TMPDIR = folder;
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
