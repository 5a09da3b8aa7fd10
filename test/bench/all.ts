import { fork } from 'node:child_process';
import path from 'node:path';
import { isMissed, lineOf, machine, type Ratio } from './ratios.ts';

/** Every benchmark after the other, and one table of their ratios. Nothing is stored: figures are of this machine and hour. */
const BENCHMARKS = [
  'login',
  'accounts',
  'query',
  'fanout',
  'cluster/events',
  'cluster/model',
  'cluster/growth',
  'failover',
  'startup',
  'audit',
  'scroll',
  'resume',
  'mornings',
] as const;

const measure = (name: string): Promise<readonly Ratio[]> =>
  new Promise((resolve) => {
    let ratios: readonly Ratio[] = [];
    const child = fork(path.join(import.meta.dirname, `${name}.ts`), {
      execArgv: ['--import', import.meta.resolve('tsx')],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // JSON has no word for what was not measured.
      serialization: 'advanced',
    });
    child.on('message', (message) => {
      ratios = message as readonly Ratio[];
    });
    child.on('close', (code) => resolve(code === 0 ? ratios : [...ratios, broken(code)]));
  });

const broken = (code: number | null): Ratio => ({
  what: `ended with ${code}`,
  value: Number.POSITIVE_INFINITY,
  bound: 'at most',
  limit: 0,
});

process.stdout.write(`${machine()}\n`);
let missed = 0;
for (const name of BENCHMARKS) {
  process.stderr.write(`${name} ...\n`);
  const ratios = await measure(name);
  missed += ratios.filter(isMissed).length;
  process.stdout.write(`\n${name}\n${ratios.map((ratio) => `  ${lineOf(ratio)}`).join('\n')}\n`);
}
process.stdout.write(`\n${missed === 0 ? 'Every limit is kept.' : `${missed} missed.`}\n`);
