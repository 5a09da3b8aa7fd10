import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../../src/services/runs/checkpoints.ts';
import { violationsIn } from '../../support/broker-invariants.ts';
import { PostgresServer } from '../../support/postgres.ts';
import { openBroker, openTestApp, type TestApp, until } from '../../support/test-app.ts';

const COOLDOWN = { cooldownMs: 1000 };

const tokens = async (testApp: TestApp): Promise<readonly string[]> => {
  const { data } = await testApp.ask('{ tokenStatus { tokens { apiName verdict } } }');
  const versions = testApp.rows('select api_name, version from vega_token_versions');
  return data.tokenStatus.tokens.map(({ apiName, verdict }: { apiName: string; verdict: string }) =>
    [apiName, verdict, versions.find(({ api_name }) => api_name === apiName)?.version].join(' '),
  );
};

test('a real browser makes tokens, a later start finds them, and the audit holds', async () => {
  await using broker = await openBroker();
  const directory = mkdtempSync(path.join(tmpdir(), 'vega-desk-'));
  const open = () => openTestApp({ apis: 2, directory, broker, engine: 'POSTGRES' });
  await (async () => {
    await using testApp = await open();
    expect(await testApp.generate('mode: ALL')).toMatchObject({ status: 'COMPLETED' });
    expect(await tokens(testApp)).toEqual(['PRIMARY VALID 1', 'WEBSOCKET1 VALID 1']);
  })();
  await using testApp = await open();
  expect(await tokens(testApp)).toEqual(['PRIMARY VALID 1', 'WEBSOCKET1 VALID 1']);
  expect(await testApp.generate('mode: PARTIAL, apiNames: [PRIMARY], replaceValid: true')).toMatchObject({
    status: 'COMPLETED',
  });
  expect(await tokens(testApp)).toEqual(['PRIMARY VALID 2', 'WEBSOCKET1 VALID 1']);
  expect(testApp.rows('select api_name from upstox_tokens order by api_index')).toEqual([
    { api_name: 'PRIMARY' },
    { api_name: 'WEBSOCKET1' },
  ]);
  const { data } = await testApp.ask('mutation { verifyAudit { valid entries } }');
  expect(data).toMatchObject({ verifyAudit: { valid: true } });
  expect(data.verifyAudit.entries).toBeGreaterThan(20);
  const { errors } = await testApp.ask('mutation { backUpDatabase { name } }');
  expect(errors[0].extensions).toMatchObject({
    code: 'BACKED_UP_BY_SERVER',
    nextAction: expect.stringContaining('pg_dump'),
  });
  expect(violationsIn(broker.log, COOLDOWN)).toEqual([]);
  rmSync(directory, { recursive: true });
});

/** What stands in the ledger before the broker sees a submission. */
const RECORDED = [
  ['OTP_GENERATE', 'OTP_REQUEST'],
  ['OTP_VERIFY', 'TIME_STEP'],
  ['PIN', 'PIN'],
  ['TOKEN', 'CODE'],
] as const;

describe('while the server of the database is gone', () => {
  const moments: readonly Checkpoint[] = ['DIALOG_ENTERED', 'MOBILE_SUBMITTED', 'OTP_SUBMITTED'];

  test.each(moments)(
    'nothing is submitted that is not written down, and no token is lost: gone at %s',
    async (moment) => {
      await using server = await PostgresServer.start();
      let gone: Promise<void> | null = null;
      await using testApp = await openTestApp({
        apis: 1,
        databaseUrl: await server.createDatabase(),
        onCheckpoint: (checkpoint) => {
          if (checkpoint === moment) gone ??= server.kill();
        },
      });
      const { data } = await testApp.ask('mutation { generateTokens(mode: ALL) { id } }');
      await until('the checkpoint', () => gone !== null);
      await gone;
      const { database } = testApp.app.parts;
      await until('the outage', () => database.trouble !== null);
      await server.restart();
      await until('the database', () => database.trouble === null);
      await until('the end of the run', async () => {
        const { generationRun } = (
          await testApp.ask(`{ generationRun(id: "${data.generateTokens.id}") { endedAt } }`)
        ).data;
        return generationRun.endedAt !== null;
      });
      const ledger = testApp.rows('select kind from vega_login_attempts').map(({ kind }) => kind);
      const seen = testApp.broker.log.map(({ kind }) => kind);
      for (const [submission, record] of RECORDED)
        expect(seen.filter((kind) => kind === submission).length).toBeLessThanOrEqual(
          ledger.filter((kind) => kind === record).length,
        );
      const made = seen.filter((kind) => kind === 'TOKEN').length;
      expect(testApp.rows('select api_name from upstox_tokens')).toHaveLength(made);
      expect(violationsIn(testApp.broker.log, COOLDOWN)).toEqual([]);
    },
  );
});
