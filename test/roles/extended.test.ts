import { expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { keepExtended } from '../../src/services/exchange/keep-extended.ts';
import type { LiveStep } from '../../src/services/runs/live-step.ts';
import { plantToken } from '../support/plant.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { importToken, linesOf } from './role-desk.ts';

/** Does `change` when the next write of what must not be lost begins, as another process would. */
const beforeNextKeep = ({ app }: TestApp, change: () => void): void => {
  const { database } = app.parts;
  const keep = database.keep.bind(database);
  database.keep = (...given) => {
    database.keep = keep;
    change();
    return keep(...given);
  };
};

test('an extended token does not take the row of a role whose token was pasted meanwhile', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const { accounts, roles, apiConfigs } = testApp.app.services;
  const apiName = 'OPTIONCHAIN1';
  const extended = () => testApp.broker.issueYearlyToken('EXTENDED');
  const former = { credential: 'EXTENDED', apiNames: [apiName], writeToTokenTable: true };
  expect(await importToken(testApp, { ...former, accessToken: extended() })).toBeNull();
  const account = await accounts.resolve(undefined);
  const [config] = await apiConfigs.list(account);
  const published: string[] = [];
  const live = {
    reference: () => ({ accountId: account.id }),
    publishStored: async (kind: string) => void published.push(kind),
  };
  const step = { account, config, live } as unknown as LiveStep;
  const log = { warn: () => undefined, error: () => undefined } as never;
  const parts = { ...testApp.app.parts, clock: () => new Date(), roles, apiConfigs, log };
  let pasted = '';
  beforeNextKeep(testApp, () => {
    pasted = plantToken(testApp, apiName);
    testApp.change("update vega_role_assignments set credential = 'PASTED' where api_name = ?", apiName);
  });
  const accessToken = extended();
  testApp.guard('the extended token', accessToken);
  await keepExtended(parts, step, new Secret(() => accessToken));
  expect(published).toEqual(['EXTENDED']);
  expect(testApp.rows(`select access_token from upstox_tokens where api_name = '${apiName}'`)).toEqual([
    { access_token: pasted },
  ]);
  await testApp.client.tokenStatus({});
  expect(await linesOf(testApp)).toContain(`${apiName} PASTED VALID`);
});
