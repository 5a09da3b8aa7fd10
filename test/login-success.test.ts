import { expect, test } from 'vitest';
import { openTestApp, until } from './support/test-app.ts';

const LOGIN_SUCCESS = `query ($apiName: ApiName) { loginSuccess(apiName: $apiName) {
  status message apiName database { path operation totalActiveTokens }
  profile { userName userId email broker exchanges products orderTypes userType poa ddpi isActive }
} }`;

test('a login that worked tells where the token went and whose it is, masked', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  expect((await testApp.ask(LOGIN_SUCCESS)).data.loginSuccess).toBeNull();
  await testApp.generate('mode: ALL');
  expect((await testApp.ask(LOGIN_SUCCESS)).data.loginSuccess).toMatchInlineSnapshot(`
    {
      "apiName": "PRIMARY",
      "database": {
        "operation": "INSERTED",
        "path": "vega_trade.db",
        "totalActiveTokens": 2,
      },
      "message": "Access token generated and stored successfully",
      "profile": {
        "broker": "UPSTOX",
        "ddpi": false,
        "email": "******",
        "exchanges": [
          "NSE",
          "NFO",
          "BSE",
          "CDS",
          "BFO",
          "BCD",
        ],
        "isActive": true,
        "orderTypes": [
          "MARKET",
          "LIMIT",
          "SL",
          "SL-M",
        ],
        "poa": false,
        "products": [
          "D",
          "CO",
          "I",
        ],
        "userId": "******",
        "userName": "******",
        "userType": "individual",
      },
      "status": "SUCCESS",
    }
  `);
  await testApp.generate('mode: PARTIAL, apiNames: [WEBSOCKET1], replaceValid: true');
  const { loginSuccess } = (await testApp.ask(LOGIN_SUCCESS, { apiName: 'WEBSOCKET1' })).data;
  expect(loginSuccess).toMatchObject({
    apiName: 'WEBSOCKET1',
    database: { operation: 'REPLACED', totalActiveTokens: 2 },
  });
  const { userId, userName, email } = testApp.broker.account;
  for (const personal of [userId, userName, email]) expect(testApp.said()).not.toContain(personal);
});

test('after a restart the broker is asked once for everybody, and a token that is not valid has no success', async () => {
  await using first = await openTestApp({ apis: 1 });
  await first.generate('mode: ALL');
  await using second = await openTestApp({ apis: 1, directory: first.directory, broker: first.broker });
  await until('the check at the start', async () => {
    const { tokens } = (await second.ask('{ tokens { verdict } }')).data;
    return tokens[0].verdict === 'VALID';
  });
  const calls = first.broker.profileCalls.total;
  expect((await second.ask(LOGIN_SUCCESS)).data.loginSuccess.status).toBe('SUCCESS');
  expect((await second.ask(LOGIN_SUCCESS)).data.loginSuccess.status).toBe('SUCCESS');
  expect(first.broker.profileCalls.total).toBe(calls);
  first.broker.revoke(first.rows('select access_token from upstox_tokens')[0].access_token);
  await second.ask('{ tokenStatus { valid } }');
  expect((await second.ask(LOGIN_SUCCESS)).data.loginSuccess).toBeNull();
});
