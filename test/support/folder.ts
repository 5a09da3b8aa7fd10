import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder that goes away again, after everything that was opened in it later. */
export const openFolder = () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'vega-crash-'));
  return { directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
};
