import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const BUILT = path.join(ROOT, 'dist/web/index.html');
const SOURCES = ['src/web', 'src/sdk', 'vite.config.ts', 'package-lock.json'];

const changedAt = (place: string): number => {
  const found = statSync(place);
  if (!found.isDirectory()) return found.mtimeMs;
  const inside = readdirSync(place).map((name) => changedAt(path.join(place, name)));
  return Math.max(found.mtimeMs, ...inside);
};

/** Builds the page once for all tests, where that was not done since its sources have changed. */
export const setup = (): void => {
  const newest = Math.max(...SOURCES.map((name) => changedAt(path.join(ROOT, name))));
  if (existsSync(BUILT) && statSync(BUILT).mtimeMs > newest) return;
  // In a process of its own: in this one NODE_ENV says "test", and React would come with everything for developers.
  const env = { ...process.env, NODE_ENV: 'production' };
  execFileSync('npm', ['run', '--silent', 'build:web'], { cwd: ROOT, env, stdio: 'inherit' });
};
