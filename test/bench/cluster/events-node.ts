import { claimTimeStep } from '../../../src/db/queries/login-attempts.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { openBenchApp } from '../bench-app.ts';
import type { FromNode, ToNode } from './events-messages.ts';

/** One node of several, in a process of its own. */
const AT_ONCE = 4;
const [, , databaseUrl, name = ''] = process.argv;

const app = await openBenchApp({ streamsPerKey: 2000, connections: { perAddress: 2000 } }, databaseUrl);
const { url } = await app.listen();

const publish = (stamp: string): void =>
  app.services.events.publish('UPSTOX_01', {
    kind: 'TOKEN_PROGRESS',
    progress: {
      ...{ runId: stamp, total: 6, generated: 3, runTotal: 6, runGenerated: 0 },
      ...{ missing: ['OPTIONCHAIN1', 'OPTIONCHAIN2', 'WEBSOCKET3'], current: 'WEBSOCKET3', step: 'PIN' },
    },
  });

/** As a run does before it types an OTP: each row is on the disk before the next one is begun. */
const commit = async (milliseconds: number): Promise<number> => {
  const end = performance.now() + milliseconds;
  const totp = { secret: new Secret(`of ${name}`) };
  const owner = { accountId: 'UPSTOX_01', runId: 'run-1', apiName: 'PRIMARY' } as const;
  let count = 0;
  const work = async () => {
    while (performance.now() < end) {
      count += 1;
      const step = count;
      await app.parts.database.write((trx) => claimTimeStep(trx, owner, totp, step, new Date()));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return count;
};

const say = (message: FromNode): void => void process.send?.(message);

process.on('message', async (message: ToNode) => {
  if (message.kind === 'PUBLISH') publish(message.stamp);
  else say({ kind: 'COMMITTED', count: await commit(message.milliseconds) });
});
say({ kind: 'READY', port: Number(new URL(url).port), key: app.operatorKey });
