import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { SEED_TABLE } from './db/temporary-database.ts';
import { openTestApp } from './support/test-app.ts';

const FORGED = `${SEED_TABLE.slice(0, SEED_TABLE.lastIndexOf(')'))}, "version" integer NOT NULL)`;
const GUARD = "create trigger guard before insert on upstox_tokens begin select raise(abort, 'no'); end";

/** A folder whose database the predecessor has made. */
const folderWith = (statements: string) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'vega-desk-'));
  const database = new Sqlite(path.join(directory, 'vega_trade.db'));
  database.exec(statements);
  database.close();
  return { directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
};

test('no run begins on a table that would refuse its tokens; health names the column and the cure', async () => {
  using folder = folderWith(FORGED);
  await using testApp = await openTestApp({ apis: 2, directory: folder.directory });
  const { errors } = await testApp.ask('mutation { generateTokens(mode: ALL) { id } }');
  expect(errors[0].message).toContain('NOT NULL constraint failed: upstox_tokens.version');
  expect(errors[0].extensions).toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    nextAction: expect.stringContaining('ALTER TABLE upstox_tokens RENAME TO upstox_tokens_before'),
  });
  expect(testApp.rows('select 1 from vega_generation_runs')).toEqual([]);
  expect(testApp.rows('select 1 from vega_login_attempts')).toEqual([]);
  const { data } = await testApp.ask(
    '{ systemHealth { database findings { component message nextAction } } }',
  );
  expect(data.systemHealth).toMatchObject({
    database: 'DOWN',
    findings: expect.arrayContaining([
      {
        component: 'DATABASE',
        message: expect.stringContaining('upstox_tokens.version'),
        nextAction: expect.stringContaining('RENAME TO upstox_tokens_before'),
      },
    ]),
  });
  expect(testApp.said()).toContain('no run is begun');
});

test('a token that the table refuses after the login is valid and kept, and the run goes no further', async () => {
  let testApp: Awaited<ReturnType<typeof openTestApp>> | null = null;
  testApp = await openTestApp({
    apis: 2,
    onCheckpoint: (checkpoint) => {
      if (checkpoint === 'CODE_EXCHANGED') testApp?.change(GUARD);
    },
  });
  await using opened = testApp;
  const run = await opened.generate('mode: ALL');
  expect(run.status).toBe('STOPPED');
  const [primary, websocket] = run.steps;
  expect(primary).toMatchObject({ status: 'DONE', failure: null });
  expect(websocket).toMatchObject({
    status: 'FAILED',
    failure: { code: 'STORAGE_FAILED', message: expect.stringContaining('the trigger guard'), submitted: [] },
  });
  expect(websocket.failure.nextAction).toContain('doctor');
  const tokens = '{ tokens { apiName verdict storage } }';
  expect((await opened.ask(tokens)).data.tokens[0]).toEqual({
    apiName: 'PRIMARY',
    verdict: 'VALID',
    storage: 'MEMORY',
  });
});
