import type { SealedPlace } from '../secrets/vault.ts';

/** What a transaction of a spill is sealed to. */
export const spillPlace = (spill: string, number: number): SealedPlace => ({
  table: 'spill',
  column: spill,
  row: String(number),
});
