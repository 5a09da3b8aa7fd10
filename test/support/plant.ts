import { API_NAMES, type ApiName } from '../../src/domain/account/api-name.ts';
import { nextExpiry } from '../../src/domain/token/expiry.ts';
import type { Verdict } from '../../src/domain/token/verdict.ts';
import { IST, toWallTime } from '../../src/domain/wall-time.ts';
import type { TestApp } from './test-app.ts';

/** Puts a token into the table as another program would, without a login. Answers its value. */
export const plantToken = (testApp: TestApp, apiName: ApiName, row: Record<string, unknown> = {}): string => {
  const index = API_NAMES.indexOf(apiName);
  const clientId = testApp.broker.apps[index]?.clientId ?? '';
  const token = testApp.broker.issueToken(clientId);
  const values = {
    access_token: token,
    api_name: apiName,
    client_id: clientId,
    api_index: index,
    is_active: 1,
    user_id: 1,
    validity_at: toWallTime(nextExpiry(new Date()), IST),
    ...row,
  };
  const columns = Object.keys(values);
  testApp.change('delete from upstox_tokens where api_name = ?', apiName);
  testApp.change(
    `insert into upstox_tokens (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
    ...Object.values(values),
  );
  return token;
};

/** Brings one API's token into a state that earns a verdict. */
export const plantVerdict = (testApp: TestApp, apiName: ApiName, verdict: Verdict): void => {
  const clientId = testApp.broker.apps[API_NAMES.indexOf(apiName)]?.clientId ?? '';
  testApp.broker.faults.profileByClient.delete(clientId);
  testApp.change('delete from upstox_tokens where api_name = ?', apiName);
  if (verdict === 'MISSING') return;
  const token = plantToken(
    testApp,
    apiName,
    verdict === 'EXPIRED' ? { validity_at: '2020-01-01 03:30:00' } : {},
  );
  if (verdict === 'INVALID') testApp.broker.revoke(token);
  if (verdict === 'UNKNOWN') testApp.broker.faults.profileByClient.set(clientId, 'server-error');
};
