import '../bench-folder.ts';
import { PostgresServer } from '../../support/postgres.ts';
import { atMost, machine, median, tell } from '../ratios.ts';
import { storeAccounts } from './model/many-accounts.ts';
import { openModelApp } from './model/open-model-app.ts';

/**
 * What an account costs a server when there are many of them, on a real PostgreSQL: a look at the schedules of all, and the
 * forecast of all. Per account it is to be the same with a hundred times as many.
 */
const COUNTS = (process.env.COUNTS ?? '100 1000 10000').split(' ').map(Number);
const ROUNDS = 3;
const SEED = 20_260_309;
/** Nothing is due. */
const LATER = '23:00';
const NOWHERE = 'http://127.0.0.1:9';

/** Microseconds for each account. */
interface Cost {
  readonly accounts: number;
  readonly schedules: number;
  readonly forecasts: number;
}

const measure = async (databaseUrl: string, accounts: number): Promise<Cost> => {
  await using app = await openModelApp({ medianMs: 12_000, databaseUrl, brokerUrl: NOWHERE });
  await storeAccounts(app, { accounts, mostApis: 3, startAt: LATER, seed: SEED });
  const perAccount = async (work: () => Promise<unknown>): Promise<number> => {
    const taken: number[] = [];
    // What is kept from round to round is kept in a server that runs, too.
    await work();
    for (let round = 0; round < ROUNDS; round += 1) {
      const begun = performance.now();
      await work();
      taken.push(((performance.now() - begun) * 1000) / accounts);
    }
    return median(taken);
  };
  const { scheduler, readiness } = app.parts;
  return {
    accounts,
    schedules: await perAccount(() => scheduler.tick()),
    forecasts: await perAccount(() => readiness.desk()),
  };
};

await using server = await PostgresServer.start({ settings: { shared_buffers: '128MB' } });
const costs: Cost[] = [];
for (const accounts of COUNTS) costs.push(await measure(await server.createDatabase(), accounts));
const [few, many] = [costs[0], costs.at(-1)];
if (few === undefined || many === undefined) throw new Error('Nothing was measured.');
tell(
  [
    machine(),
    ...costs.map(
      ({ accounts, schedules, forecasts }) =>
        `${String(accounts).padStart(6)} accounts: ${schedules.toFixed(0)} µs each for the schedules, ${forecasts.toFixed(0)} µs each for the forecasts`,
    ),
  ],
  [
    atMost('growth: schedules, cost of an account among many / few', many.schedules / few.schedules, 1.5),
    atMost('growth: forecasts, cost of an account among many / few', many.forecasts / few.forecasts, 1.5),
  ],
  (['schedules', 'forecasts'] as const).map((part) => ({
    what: `${part} of an account`,
    of: 'accounts',
    unit: 'µs',
    costs: costs.map((cost) => [cost.accounts, cost[part]] as const),
  })),
);
