import { sql } from 'kysely';

/** Texts are compared byte by byte as in SQLite, whatever the locale of the database. */
export const text = sql`text collate "C"`;

/** As long as it has to be: SQLite does not hold values to the length of their type. */
export const varchar = sql`varchar collate "C"`;
