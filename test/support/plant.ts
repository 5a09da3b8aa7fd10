import { API_NAMES, type ApiName } from '../../src/domain/api-name.ts';
import { nextExpiry } from '../../src/domain/expiry.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { IST, toWallTime } from '../../src/domain/wall-time.ts';
import type { Desk } from './desk.ts';

/** Puts a token into the table as another program would, without a login. Answers its value. */
export const plantToken = (desk: Desk, apiName: ApiName, row: Record<string, unknown> = {}): string => {
  const index = API_NAMES.indexOf(apiName);
  const clientId = desk.broker.apps[index]?.clientId ?? '';
  const token = desk.broker.issueToken(clientId);
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
  desk.change('delete from upstox_tokens where api_name = ?', apiName);
  desk.change(
    `insert into upstox_tokens (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
    ...Object.values(values),
  );
  return token;
};

/** Brings one API's token into a state that earns a verdict. */
export const plantVerdict = (desk: Desk, apiName: ApiName, verdict: Verdict): void => {
  const clientId = desk.broker.apps[API_NAMES.indexOf(apiName)]?.clientId ?? '';
  desk.broker.faults.profileByClient.delete(clientId);
  desk.change('delete from upstox_tokens where api_name = ?', apiName);
  if (verdict === 'MISSING') return;
  const token = plantToken(
    desk,
    apiName,
    verdict === 'EXPIRED' ? { validity_at: '2020-01-01 03:30:00' } : {},
  );
  if (verdict === 'INVALID') desk.broker.revoke(token);
  if (verdict === 'UNKNOWN') desk.broker.faults.profileByClient.set(clientId, 'server-error');
};
