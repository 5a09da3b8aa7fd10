import type { Database } from '../../db/database.ts';
import type { Clock } from '../clock.ts';
import type { Trial } from './system-trials.ts';

/** How the server of the database is set up, where it has one; what it does not answer is told elsewhere. */
export const tryServer = async (database: Database, clock: Clock): Promise<Trial> => {
  const inspected = await database.inspectServer(clock).catch(() => null);
  if (inspected === null) return { findings: [], details: [] };
  const { version, clockSkewMs, faults } = inspected;
  const isRight = faults.every(({ part }) => part !== 'CLOCK');
  const skew = (Math.abs(clockSkewMs) / 1000).toFixed(1);
  return {
    findings: faults.map(({ part, isGrave, message, cure }) => ({
      component: part,
      state: isGrave ? 'DOWN' : 'DEGRADED',
      message,
      nextAction: cure,
    })),
    details: [
      { component: 'DATABASE', text: `PostgreSQL ${version}` },
      ...(isRight
        ? [
            {
              component: 'CLOCK',
              text: `The database server's clock is ${skew} s from this machine's.`,
            } as const,
          ]
        : []),
    ],
  };
};
