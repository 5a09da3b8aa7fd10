import type { Env } from '../../../src/config.ts';
import type { SimulatedLogin } from '../../../src/simulator/simulator.ts';
import { environmentOfOthers, otherLogin } from '../../support/other-logins.ts';
import type { AccountOf } from './broker-pace.ts';

export const IDS = ['UPSTOX_01', 'UPSTOX_02', 'UPSTOX_03'] as const;
export type Id = (typeof IDS)[number];

/** The second and third login. The longer time steps of the third one keep its page open while the others log in. */
export const OTHERS: readonly SimulatedLogin[] = [
  otherLogin(1, { apps: 2 }),
  otherLogin(2, { apps: 2, totpPeriodSeconds: 2 }),
];

export const OTHERS_ENVIRONMENT: Env = environmentOfOthers(OTHERS);

/** Every app that is not of another login is of the first one. */
export const accountOf: AccountOf = (clientId) => {
  if (clientId == null) return null;
  const other = OTHERS.findIndex(({ apps }) => apps.some((app) => app.clientId === clientId));
  return IDS[other + 1] ?? null;
};
