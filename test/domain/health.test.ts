import { expect, test } from 'vitest';
import { HEALTH_STATES, type HealthState, worst } from '../../src/domain/health.ts';

test.each<[HealthState[], HealthState]>([
  [[], 'OK'],
  [['OK', 'OK'], 'OK'],
  [['OK', 'UNKNOWN'], 'UNKNOWN'],
  [['UNKNOWN', 'DEGRADED', 'OK'], 'DEGRADED'],
  [['DEGRADED', 'UNKNOWN', 'DOWN'], 'DOWN'],
  [[...HEALTH_STATES], 'DOWN'],
])('the worst of %j is %s', (states, expected) => {
  expect(worst(states)).toBe(expected);
  expect(worst(states.toReversed())).toBe(expected);
});
