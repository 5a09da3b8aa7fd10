import type { Kysely } from 'kysely';
import type { Tables } from './schema/tables.ts';

/** A connection or a transaction: what every query function takes first. */
export type Queryable = Kysely<Tables>;
