import { z } from 'zod';

/** An instant as the broker's v3 API writes it: milliseconds since 1970, as text or as a number; never seconds. */
export const epochMilliseconds = z
  .union([z.string(), z.number().transform(String)])
  .pipe(z.string().regex(/^\d{13}$/))
  .transform((milliseconds) => new Date(Number(milliseconds)));
