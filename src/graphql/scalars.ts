import { GraphQLError } from 'graphql';
import { builder } from './builder.ts';

/** What the specification of the scalar allows; `Date` alone would read much more, and guess. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|(?!-00:00)[+-]\d\d:\d\d)$/i;

builder.scalarType('DateTime', {
  description: 'An instant in UTC as ISO 8601 text with milliseconds, such as 2026-11-22T22:00:00.000Z.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (instant) => instant.toISOString(),
  parseValue: (value) => {
    const instant = new Date(typeof value === 'string' && DATE_TIME.test(value) ? value : Number.NaN);
    if (Number.isNaN(instant.getTime()))
      throw new GraphQLError(
        'DateTime cannot represent this value: it should be a text like 2026-11-22T22:00:00.000Z.',
      );
    return instant;
  },
});
