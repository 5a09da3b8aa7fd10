import { builder } from './builder.ts';

builder.scalarType('DateTime', {
  description: 'An instant in UTC as ISO 8601 text with milliseconds, such as 2026-11-22T22:00:00.000Z.',
  serialize: (instant) => instant.toISOString(),
  parseValue: (value) => {
    const instant = new Date(typeof value === 'string' ? value : Number.NaN);
    if (Number.isNaN(instant.getTime()))
      throw new TypeError('DateTime cannot represent this value: it should be ISO 8601 text.');
    return instant;
  },
});
