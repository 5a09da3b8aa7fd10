import './bench-folder.ts';
import { readdirSync, readFileSync } from 'node:fs';
import type { Engine } from '../support/desk-database.ts';
import { heapAfterCollection } from '../support/heap.ts';
import { atMost, machine, tell } from './ratios.ts';
import { SoakDesk } from './soak/soak-desk.ts';
import { passMorning } from './soak/soak-morning.ts';

/**
 * Three hundred mornings in one process: two accounts whose schedules start by themselves, and are slept through every
 * fourth time; alerts that are delivered and acknowledged; something goes wrong on most mornings, and the operator does what the
 * program says. Memory, handles, processes, files and rows have to be flat from the fiftieth on. Ends after an hour, however far it
 * has come. `VEGA_SOAK_MORNINGS` asks for fewer, `VEGA_TEST_ENGINE=POSTGRES` for cluster mode.
 */
const MORNINGS = Number(process.env.VEGA_SOAK_MORNINGS ?? 300);
const ENGINE: Engine = process.env.VEGA_TEST_ENGINE === 'POSTGRES' ? 'POSTGRES' : 'SQLITE';
const BUDGET_MS = 60 * 60_000;
const SAMPLES = 12;
const WARM = Math.min(50, Math.floor(MORNINGS / 3));

interface Sample {
  readonly morning: number;
  readonly heapMb: number;
  readonly rssMb: number;
  readonly handles: number;
  readonly descriptors: number;
  readonly browsers: number;
  readonly files: number;
  readonly rows: number;
  readonly databaseMb: number;
  readonly spillKb: number;
}

const browsersOfOurs = (): number =>
  readdirSync('/proc').filter((id) => {
    if (!/^\d+$/.test(id)) return false;
    try {
      return new RegExp(`^\\d+ \\(.*chrom.*\\) \\S ${process.pid} `).test(
        readFileSync(`/proc/${id}/stat`, 'utf8'),
      );
    } catch {
      return false;
    }
  }).length;

await using desk = await SoakDesk.open(ENGINE);

const sample = async (morning: number): Promise<Sample> => {
  const rows = [...desk.rows().values()].reduce((sum, count) => sum + count, 0);
  const heapUsed = await heapAfterCollection();
  const { rss } = process.memoryUsage();
  return {
    morning,
    heapMb: heapUsed / 1e6,
    rssMb: rss / 1e6,
    handles: process.getActiveResourcesInfo().length,
    descriptors: readdirSync('/proc/self/fd').length,
    browsers: browsersOfOurs(),
    files: desk.files(),
    rows,
    databaseMb: desk.databaseMb(),
    spillKb: desk.spillKb(),
  };
};

const begun = performance.now();
const samples: Sample[] = [];
let made = 0;
let alerts = 0;
let rowsWhenWarm = desk.rows();
for (; made < MORNINGS && performance.now() - begun < BUDGET_MS; made += 1) {
  if (made % Math.max(1, Math.floor(MORNINGS / SAMPLES)) === 0) samples.push(await sample(made));
  if (made === WARM) rowsWhenWarm = desk.rows();
  process.stderr.write(`morning ${made + 1} of ${MORNINGS}\r`);
  await passMorning(desk, made);
  alerts += desk.alertsReceived;
}
samples.push(await sample(made));
const audit = await desk.vega.verifyAudit();
const pending = (await desk.vega.alerts({ first: 200 }))
  .flatMap(({ deliveries }) => deliveries)
  .filter(({ state }) => state === 'PENDING');
const warm = samples.find((one) => one.morning >= WARM) ?? samples[0];
const last = samples.at(-1);
if (warm === undefined || last === undefined) throw new Error('nothing was measured');
const middle = samples[Math.floor((samples.indexOf(warm) + samples.length - 1) / 2)] ?? warm;
const rowsADay = (from: Sample, to: Sample): number =>
  (to.rows - from.rows) / Math.max(1, to.morning - from.morning);
const days = Math.max(1, last.morning - warm.morning);
const grown = [...desk.rows()]
  .map(([table, count]) => [table, (count - (rowsWhenWarm.get(table) ?? 0)) / days] as const)
  .filter(([, perDay]) => perDay > 0)
  .sort(([, one], [, other]) => other - one)
  .map(([table, perDay]) => `${table} ${perDay.toFixed(1)}`);
tell(
  [
    machine(),
    `${ENGINE}: ${made} mornings in ${Math.round((performance.now() - begun) / 1000)} s, ${alerts} alerts received; limits count from morning ${warm.morning} on.`,
    Object.keys(last)
      .map((name) => name.padStart(12))
      .join(''),
    ...samples.map((one) =>
      Object.values(one)
        .map((value) => value.toFixed(1).padStart(12))
        .join(''),
    ),
    `rows a morning: ${grown.join(', ')}`,
  ],
  [
    atMost('heap, times what it was', last.heapMb / warm.heapMb, 1.25),
    atMost('handles more than there were', last.handles - warm.handles, 5),
    atMost('file descriptors more than there were', last.descriptors - warm.descriptors, 5),
    atMost('browsers left over', last.browsers, 0),
    atMost('files more than there were', last.files - warm.files, 20),
    atMost(
      'rows a morning: times as many as in the first half',
      rowsADay(middle, last) / rowsADay(warm, middle),
      1.25,
    ),
    atMost(
      'kB of history in the database a morning',
      ((last.databaseMb - warm.databaseMb) * 1e3) / days,
      150,
    ),
    atMost('kB in the spill file', last.spillKb, 0),
    atMost('alerts that nobody has delivered', pending.length, 0),
    atMost(`errors in the audit chain of ${audit.entries} entries`, audit.valid ? 0 : 1, 0),
  ],
);
