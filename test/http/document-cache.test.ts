import fc from 'fast-check';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { documentCache } from '../../src/http/graphql/use-document-cache.ts';

const MAX_BYTES = 200_000;

const documents = fc.array(
  fc.record({ fields: fc.integer({ min: 1, max: 150 }), comment: fc.integer({ min: 0, max: 9 }) }),
  { minLength: 1, maxLength: 60 },
);

test('parsed documents never take more than their bytes, whatever their sizes, and the last one is kept', () => {
  fc.assert(
    fc.property(documents, (asked) => {
      const cache = documentCache(MAX_BYTES);
      for (const { fields, comment } of asked) {
        const text = `{ ${'ready '.repeat(fields)} } # ${comment}`;
        if (cache.get(text) === undefined) cache.set(text, parse(text));
        expect(cache.get(text)).toBeDefined();
        expect(cache.calculatedSize).toBeLessThanOrEqual(MAX_BYTES);
      }
    }),
    { numRuns: 50 },
  );
});

test('what is asked for again outlives what was asked for once, and what is too large is not kept', () => {
  const cache = documentCache(50_000);
  cache.set('{ ready }', parse('{ ready }'));
  for (let index = 0; index < 500; index += 1) {
    const text = `{ a${index} }`;
    cache.set(text, parse(text));
    cache.get('{ ready }');
  }
  expect(cache.get('{ ready }')).toBeDefined();
  expect(cache.get('{ a0 }')).toBeUndefined();
  const large = `{ ${'ready '.repeat(1000)} }`;
  cache.set(large, parse(large));
  expect(cache.get(large)).toBeUndefined();
});
