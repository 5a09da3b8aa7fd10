import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Secret } from '../../domain/secret.ts';
import { writeWhole } from '../write-whole.ts';

const FOLDER = '.vega';
const FILE = 'operator.key';

/** The operator's key: the one that is given, else the one in `.vega/operator.key`, made at the first start (mode 600). */
export const loadOperatorKey = (given: Secret | null, workingDirectory: string): Secret => {
  if (given !== null) return given;
  const folder = path.join(workingDirectory, FOLDER);
  const file = path.join(folder, FILE);
  if (existsSync(file)) {
    chmodSync(file, 0o600);
    const stored = readFileSync(file, 'utf8').trim();
    if (stored !== '') return new Secret(stored);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const made = `vega_${randomBytes(32).toString('base64url')}`;
  try {
    // One that was half written is none.
    writeWhole(file, `${made}\n`, { isNew: !existsSync(file) });
  } catch (error) {
    // Another process may have been quicker.
    if (!existsSync(file)) throw error;
    return loadOperatorKey(given, workingDirectory);
  }
  return new Secret(made);
};
