import { describe, expect, test } from 'vitest';
import { DatabaseError } from '../../../src/db/database-error.ts';
import { readDatabaseUrl } from '../../../src/db/postgres/connection-settings.ts';

const refusalOf = (url: string): DatabaseError => {
  try {
    readDatabaseUrl(url);
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
  throw new Error(`${url} is taken`);
};

test.each([
  ['postgres://vega@[::1]:5433/desk', { host: '::1', port: 5433, ssl: false }, 'postgres://[::1]:5433/desk'],
  ['postgres://vega@[fd00::7]/desk', { host: 'fd00::7', port: 5432 }, 'postgres://[fd00::7]:5432/desk'],
  ['postgres:///desk', { host: 'localhost', ssl: false }, 'postgres://localhost:5432/desk'],
  [
    'postgres://vega@localhost/desk?host=/run/pg',
    { host: '/run/pg', ssl: false },
    'postgres:///run/pg:5432/desk',
  ],
  [
    'postgres://vega:a%40%2F%25@db/desk',
    { user: 'vega', password: 'a@/%', ssl: { rejectUnauthorized: true } },
    'postgres://db:5432/desk',
  ],
])('%s is read', (url, client, place) => {
  expect(readDatabaseUrl(url)).toMatchObject({ place, client });
});

describe('a password that is not written as an address needs it', () => {
  test.each([
    'postgres://vega:2024/hush@db/desk',
    'postgres://vega:2024?hush@db/desk',
    'postgres://vega:2024?host=hush@db/desk',
    'postgres://vega:2024#hush@db/desk',
    'postgres://vega:2024%hush@db/desk',
    'postgres://vega:2024@1/hush@db/desk',
  ])('%s is refused without repeating any of it', (url) => {
    const { message, path } = refusalOf(url);
    expect(`${message} ${path}`).not.toMatch(/2024|hush/);
    expect(message).toContain('%40');
  });
});

test.each([
  ['postgres://vega@db/desk?host=/run/pg', 'parameter host'],
  ['postgres:///desk?host=', 'parameter host'],
  ['postgres:///desk?host=db', 'parameter host'],
  ['postgres://vega@db/desk?sslmode=disable&sslmode=verify-full', 'sslmode twice'],
  ['postgres://vega@db/desk?sslmode=prefer', 'trusts any server'],
])('%s is refused: %s', (url, reason) => {
  expect(refusalOf(url).message).toContain(reason);
});
