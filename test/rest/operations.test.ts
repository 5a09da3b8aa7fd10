import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { EventsDocument } from '../../src/http/rest/gql/graphql.ts';
import { OPERATIONS } from '../../src/http/rest/operations.ts';
import { openTestApp, until } from '../support/test-app.ts';
import { call, steady } from './rest-caller.ts';

test('every row of the table fits the schema', () => {
  const documents = [...OPERATIONS.map(({ operation }) => operation), EventsDocument.toString()];
  for (const document of documents) expect(validate(schema, parse(document))).toEqual([]);
});

test('the routes are those that were promised', () => {
  expect(OPERATIONS.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /auth/start',
    'GET /auth/status',
    'GET /auth/tokens',
    'GET /auth/tokens/expiry',
    'GET /auth/ready',
    'POST /auth/dashboard',
    'POST /auth/logout',
    'GET /auth/upstox/tokens/status',
    'POST /auth/upstox/tokens/generate',
    'GET /auth/upstox/login-success',
    'GET /accounts',
    'POST /accounts/switch',
    'GET /audit/logs',
    'GET /readyz',
  ]);
});

test('a morning by REST alone: each answer as a whole', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  const answerOf = async (line: string, body?: unknown) => {
    const answer = await call(testApp, line, body === undefined ? {} : { body });
    return [answer.status, steady(answer.body)];
  };

  expect(await answerOf('GET /auth/ready')).toEqual([200, { ready: false }]);
  expect(await answerOf('GET /readyz')).toMatchInlineSnapshot(`
    [
      503,
      {
        "accountId": "UPSTOX_01",
        "blockedBy": null,
        "cooldown": {
          "active": false,
          "reason": null,
          "remainingSeconds": 0,
          "until": null,
        },
        "error": {
          "code": "NOT_READY",
          "message": "The gate is shut: the account is in IDLE, PRIMARY has no valid token.",
          "nextAction": "Generate what is missing.",
        },
        "headline": "Not logged in: all 2 tokens missing.",
        "nextAction": "Generate what is missing.",
        "nextOperations": [
          "GENERATE_MISSING",
        ],
        "primaryPresent": false,
        "readiness": "<forecast>",
        "ready": false,
        "state": "IDLE",
      },
    ]
  `);
  expect(await answerOf('GET /auth/upstox/login-success')).toMatchInlineSnapshot(`
    [
      404,
      {
        "error": {
          "code": "NOT_FOUND",
          "message": "There is no valid token of this API.",
          "nextAction": "Make one, then ask again.",
        },
      },
    ]
  `);
  expect(await answerOf('GET /auth/tokens/expiry')).toEqual([200, []]);
  expect(await answerOf('POST /auth/dashboard', {})).toMatchInlineSnapshot(`
    [
      409,
      {
        "error": {
          "code": "WRONG_STATE",
          "message": "The dashboard opens once everything is confirmed. The account is in IDLE.",
          "nextAction": "Ask authState for \`nextOperations\`.",
        },
      },
    ]
  `);
  expect(await answerOf('POST /auth/start', {})).toMatchInlineSnapshot(`
    [
      202,
      {
        "accountId": "UPSTOX_01",
        "endedAt": null,
        "id": "<id>",
        "mode": "INVALID_ONLY",
        "startedAt": "<instant>",
        "status": "RUNNING",
        "steps": [
          {
            "apiName": "PRIMARY",
            "endedAt": null,
            "failure": null,
            "startedAt": null,
            "status": "PENDING",
            "step": null,
          },
          {
            "apiName": "WEBSOCKET1",
            "endedAt": null,
            "failure": null,
            "startedAt": null,
            "status": "PENDING",
            "step": null,
          },
        ],
        "waitingUntil": null,
      },
    ]
  `);
  await until('the gate to open', async () => (await call(testApp, 'GET /readyz')).status === 200);

  expect(await answerOf('GET /readyz')).toMatchInlineSnapshot(`
    [
      200,
      {
        "accountId": "UPSTOX_01",
        "blockedBy": null,
        "cooldown": {
          "active": false,
          "reason": null,
          "remainingSeconds": 0,
          "until": null,
        },
        "headline": "Every token is valid.",
        "nextAction": "Enter the dashboard.",
        "nextOperations": [
          "ENTER_DASHBOARD",
        ],
        "primaryPresent": true,
        "readiness": "<forecast>",
        "ready": true,
        "state": "AUTH_CONFIRMED",
      },
    ]
  `);
  expect(await answerOf('GET /auth/ready')).toEqual([200, { ready: true }]);
  expect(await answerOf('GET /auth/status')).toMatchInlineSnapshot(`
    [
      200,
      {
        "accountId": "UPSTOX_01",
        "blockedBy": null,
        "cooldown": {
          "active": false,
          "reason": null,
          "remainingSeconds": 0,
          "until": null,
        },
        "headline": "Every token is valid.",
        "nextAction": "Enter the dashboard.",
        "nextOperations": [
          "ENTER_DASHBOARD",
        ],
        "primaryPresent": true,
        "run": {
          "accountId": "UPSTOX_01",
          "endedAt": "<instant>",
          "id": "<id>",
          "mode": "INVALID_ONLY",
          "startedAt": "<instant>",
          "status": "COMPLETED",
          "steps": [
            {
              "apiName": "PRIMARY",
              "endedAt": "<instant>",
              "failure": null,
              "startedAt": "<instant>",
              "status": "DONE",
              "step": "VERIFY",
            },
            {
              "apiName": "WEBSOCKET1",
              "endedAt": "<instant>",
              "failure": null,
              "startedAt": "<instant>",
              "status": "DONE",
              "step": "VERIFY",
            },
          ],
          "waitingUntil": null,
        },
        "since": "<instant>",
        "state": "AUTH_CONFIRMED",
      },
    ]
  `);
  expect(await answerOf('GET /auth/tokens')).toMatchInlineSnapshot(`
    [
      200,
      [
        {
          "apiName": "PRIMARY",
          "checkedAt": "<instant>",
          "expiresAt": "<instant>",
          "fingerprint": "<fingerprint>",
          "generatedAt": "<instant>",
          "isPrimary": true,
          "storage": "DATABASE",
          "verdict": "VALID",
          "version": 1,
        },
        {
          "apiName": "WEBSOCKET1",
          "checkedAt": "<instant>",
          "expiresAt": "<instant>",
          "fingerprint": "<fingerprint>",
          "generatedAt": "<instant>",
          "isPrimary": false,
          "storage": "DATABASE",
          "verdict": "VALID",
          "version": 1,
        },
      ],
    ]
  `);
  expect(await answerOf('GET /auth/tokens/expiry')).toMatchInlineSnapshot(`
    [
      200,
      [
        {
          "apiName": "PRIMARY",
          "expiresAt": "<instant>",
          "expiresAtIst": "<wall time of India>",
          "level": "<level>",
          "remainingSeconds": "<seconds>",
        },
        {
          "apiName": "WEBSOCKET1",
          "expiresAt": "<instant>",
          "expiresAtIst": "<wall time of India>",
          "level": "<level>",
          "remainingSeconds": "<seconds>",
        },
      ],
    ]
  `);
  expect(await answerOf('GET /auth/upstox/tokens/status')).toMatchInlineSnapshot(`
    [
      200,
      {
        "invalid": [],
        "missing": [],
        "unknown": [],
        "valid": [
          "PRIMARY",
          "WEBSOCKET1",
        ],
      },
    ]
  `);
  expect(await answerOf('GET /auth/upstox/login-success')).toMatchInlineSnapshot(`
    [
      200,
      {
        "api_name": "PRIMARY",
        "database": {
          "operation": "INSERTED",
          "path": "vega_trade.db",
          "total_active_tokens": 2,
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
          "is_active": true,
          "order_types": [
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
          "user_id": "******",
          "user_name": "******",
          "user_type": "individual",
        },
        "status": "SUCCESS",
      },
    ]
  `);
  expect(await answerOf('GET /accounts')).toMatchInlineSnapshot(`
    [
      200,
      [
        {
          "authState": {
            "blockedBy": null,
            "primaryPresent": true,
            "state": "AUTH_CONFIRMED",
          },
          "broker": "UPSTOX",
          "client": "DE****",
          "id": "UPSTOX_01",
          "isActive": true,
          "name": "UPSTOX_01",
          "plan": "BASIC",
        },
      ],
    ]
  `);
  expect(await answerOf('POST /auth/dashboard', {})).toMatchObject([200, { state: 'DASHBOARD' }]);
  const again = { mode: 'PARTIAL', apiNames: ['WEBSOCKET1'], replaceValid: true };
  expect(await answerOf('POST /auth/upstox/tokens/generate', again)).toMatchInlineSnapshot(`
    [
      202,
      {
        "accountId": "UPSTOX_01",
        "endedAt": null,
        "id": "<id>",
        "mode": "PARTIAL",
        "startedAt": "<instant>",
        "status": "RUNNING",
        "steps": [
          {
            "apiName": "WEBSOCKET1",
            "endedAt": null,
            "failure": null,
            "startedAt": null,
            "status": "PENDING",
            "step": null,
          },
        ],
        "waitingUntil": null,
      },
    ]
  `);
  expect(await answerOf('POST /auth/logout', {})).toMatchObject([200, { state: 'IDLE' }]);
  expect(await answerOf('GET /auth/ready')).toEqual([200, { ready: false }]);
});

test('both addresses of a route answer the same, and HEAD answers it without the body', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  const reading = OPERATIONS.filter(({ method }) => method === 'GET').map(({ path }) => path);
  for (const path of reading) {
    const [short, long] = [await call(testApp, `GET ${path}`), await call(testApp, `GET /api/v1${path}`)];
    expect([path, long.status, steady(long.body)]).toEqual([path, short.status, steady(short.body)]);
    const head = await call(testApp, `HEAD ${path}`);
    expect([head.status, head.body]).toEqual([short.status, '']);
  }
  expect((await call(testApp, 'POST /api/v1/auth/logout', { body: {} })).status).toBe(200);
  for (const path of ['/livez', '/api/v1/livez'])
    expect((await call(testApp, `GET ${path}`, { headers: {} })).body).toBe('alive\n');
});

test('a parameter goes to the operation as what it is', async () => {
  await using testApp = await openTestApp({ apis: 2 });
  await testApp.generate('mode: ALL');
  const success = await call(
    testApp,
    'GET /auth/upstox/login-success?apiName=WEBSOCKET1&accountId=UPSTOX_01',
  );
  expect(success.body).toMatchObject({ status: 'SUCCESS', api_name: 'WEBSOCKET1' });
  const logout = await call(testApp, 'POST /auth/logout', { body: { revoke: true, accountId: 'UPSTOX_01' } });
  expect(logout.status).toBe(200);
  expect(testApp.rows('select 1 from upstox_tokens where is_active = 1')).toEqual([]);
});
