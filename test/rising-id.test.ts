import { expect, test } from 'vitest';
import { risingId } from '../src/services/rising-id.ts';

test('an id is above all those that were made before', () => {
  const ids = Array.from({ length: 5000 }, risingId);
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(5000);
});
