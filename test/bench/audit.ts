import './bench-folder.ts';
import Sqlite from 'better-sqlite3';
import { createVegaClient } from '../../src/sdk/index.ts';
import { openTestApp } from '../support/test-app.ts';
import { atMost, machine, median, tell } from './ratios.ts';

/**
 * Paging through a long audit log: a page at its end has to cost what a page at its beginning costs, with and without a
 * filter, and not much more than SQLite itself takes for the same rows.
 */
const ENTRIES = 200_000;
const PAGE = 100;
/** What has to differ from entry to entry. */
const MADE_UP: Readonly<Record<string, string>> = {
  sequence: 'entry.sequence + n.i',
  entry_key: "'made-up-' || n.i",
};
const ROUNDS = 25;

await using testApp = await openTestApp({ apis: 1 });
const database = new Sqlite(testApp.app.parts.database.path);
const fill = `
  with recursive n(i) as (select 1 union all select i + 1 from n where i < ${ENTRIES})
  insert into vega_audit_entries (${columns().join(', ')})
  select ${columns()
    .map((name) => MADE_UP[name] ?? `entry.${name}`)
    .join(', ')}
  from n, (select * from vega_audit_entries order by sequence desc limit 1) entry`;
database.exec(fill);
const newest = Number(database.prepare('select max(sequence) from vega_audit_entries').pluck().get());
const client = createVegaClient({ url: testApp.url, key: testApp.app.operatorKey });

function columns(): string[] {
  const infos = database.prepare("select name from pragma_table_info('vega_audit_entries')").pluck().all();
  return infos.map(String);
}

const time = async (work: () => unknown): Promise<number> => {
  const taken: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const begun = performance.now();
    await work();
    if (round > 0) taken.push(performance.now() - begun);
  }
  return median(taken);
};

const [start, middle, end] = [newest, Math.floor(newest / 2), PAGE + 1];
const page = (after: number, severity?: 'INFO') =>
  client.auditLog({ first: PAGE, after: String(after), ...(severity === undefined ? {} : { severity }) });
const bare = database.prepare(
  `select * from vega_audit_entries where sequence < ? order by sequence desc limit ${PAGE}`,
);
const floor = await time(() => JSON.stringify(bare.all(middle)));
const first = await time(() => page(start));
const [deep, last, filtered] = [
  await time(() => page(middle)),
  await time(() => page(end)),
  await time(() => page(end, 'INFO')),
];
database.close();
const row = (what: string, value: number) => `${what.padEnd(44)}${value.toFixed(2).padStart(9)} ms`;
tell(
  [
    machine(),
    `${newest} entries, pages of ${PAGE} over HTTP; medians of ${ROUNDS}.`,
    row('the rows alone, by SQLite', floor),
    row('first page', first),
    row('page in the middle', deep),
    row('last page', last),
    row('last page, filtered', filtered),
  ],
  [
    atMost('page in the middle : first page', deep / first, 1.5),
    atMost('last page : first page', last / first, 1.5),
    atMost('last page, filtered : first page', filtered / first, 1.5),
  ],
  [
    {
      what: `a page of ${PAGE} rows of the audit log`,
      of: 'newer rows before it',
      unit: 'ms',
      costs: [
        [0, first],
        [newest - middle, deep],
        [newest - end, last],
      ],
    },
  ],
);
