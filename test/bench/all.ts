import { fork } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Figures, growthOf, isMissed, lineOf, machine, processor, type Ratio } from './ratios.ts';
import { type Run, record } from './record.ts';

/**
 * Every benchmark after the other, or those that are named, and one table of their ratios: figures are of this machine and
 * hour. With --record they are put into the README.
 */
const BENCHMARKS = [
  ...['login', 'accounts', 'query', 'fanout', 'resume', 'failover', 'startup', 'audit', 'scroll'],
  ...['mornings', 'cluster/events', 'cluster/growth', 'cluster/model'],
];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { record: { type: 'boolean', default: false } },
});
const stray = positionals.filter((name) => !BENCHMARKS.includes(name));
if (stray.length > 0) throw new Error(`There is no ${stray.join(', ')}; there are ${BENCHMARKS.join(', ')}.`);
const chosen = BENCHMARKS.filter((name) => positionals.length === 0 || positionals.includes(name));

const measure = (name: string): Promise<Figures> =>
  new Promise((resolve) => {
    let figures: Figures = { ratios: [], growth: [] };
    const child = fork(path.join(import.meta.dirname, `${name}.ts`), {
      execArgv: ['--import', import.meta.resolve('tsx')],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // JSON has no word for what was not measured.
      serialization: 'advanced',
    });
    child.on('message', (message) => {
      figures = message as Figures;
    });
    child.on('close', (code) =>
      resolve(code === 0 ? figures : { ...figures, ratios: [...figures.ratios, broken(code)] }),
    );
  });

const broken = (code: number | null): Ratio => ({
  what: `ended with ${code}`,
  value: Number.POSITIVE_INFINITY,
  bound: 'at most',
  limit: 0,
});

process.stdout.write(`${machine()}\n`);
const runs: Run[] = [];
for (const name of chosen) {
  process.stderr.write(`${name} ...\n`);
  const figures = await measure(name);
  const lines = [...figures.ratios.map(lineOf), ...figures.growth.map(growthOf)];
  process.stdout.write(`\n${name}\n${lines.map((line) => `  ${line}`).join('\n')}\n`);
  const run = { name, figures, place: `${processor()}, ${new Date().toISOString().slice(0, 10)}` };
  runs.push(run);
  // What broke off has measured nothing.
  if (options.record && figures.ratios.every(({ value }) => Number.isFinite(value) || Number.isNaN(value)))
    record([run], BENCHMARKS);
}
const missed = runs.flatMap(({ figures }) => figures.ratios).filter(isMissed).length;
process.stdout.write(`\n${missed === 0 ? 'Every limit is kept.' : `${missed} missed.`}\n`);
