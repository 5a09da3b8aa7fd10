import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { requestApproval } from '../../src/broker/api/approval-request.ts';
import { BrokerApi } from '../../src/broker/api/broker-api.ts';
import { exchangeCode } from '../../src/broker/api/oauth.ts';
import { probeProfile } from '../../src/broker/api/profile-probe.ts';
import type { LoginFailure } from '../../src/broker/login/login-failure.ts';
import { noticeInText, otpRequestRefused, refusalInText } from '../../src/broker/login/page/page-kind.ts';
import { waitSaid } from '../../src/broker/login/page/wait-said.ts';
import { readRedirect } from '../../src/broker/login/redirect.ts';
import { Secret } from '../../src/domain/secret.ts';

/** Other wording than the sources have: waits, refusals, lockouts, errors of the redirect and of the exchange. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Tuesday 1 December 2026, 10:00 in India. */
const NOW = new Date('2026-12-01T04:30:00Z');

describe('a wait that is written as', () => {
  test.each<[string, number]>([
    ['Try again in five minutes', 5 * MINUTE],
    ['Please try after fifteen minutes.', 15 * MINUTE],
    ['Locked for twenty-four hours', 24 * HOUR],
    ['Try again in thirty mins', 30 * MINUTE],
    ['Try again in 1 hour 30 minutes', 90 * MINUTE],
    ['Try again in 1h 30m', 90 * MINUTE],
    ['Please wait 2 hrs and 45 mins', 165 * MINUTE],
    ['Try again in an hour and a half', 90 * MINUTE],
    ['Try again in a couple of hours', 2 * HOUR],
    ['Try again in a few hours', 3 * HOUR],
    ['Try again in 29:59', 29 * MINUTE + 59_000],
    ['Try again in 01:30:00', 90 * MINUTE],
    ['You can log in again after 6 PM', 8 * HOUR],
    ['You can log in again after 6:00 p.m.', 8 * HOUR],
    ['Blocked till 18:30 hrs', 8.5 * HOUR],
    ['Blocked until 18:30', 8.5 * HOUR],
    ['Blocked until 2026-12-01 18:30', 8.5 * HOUR],
    ['Blocked until 2 Dec 2026, 09:00 AM', 23 * HOUR],
    ['Blocked until 02/12/2026 10:00', 24 * HOUR],
    ['Blocked until 2026-12-01T18:30:00+05:30', 8.5 * HOUR],
    ['Blocked until 13:00 UTC', 8.5 * HOUR],
    ['Blocked until midnight', 14 * HOUR],
    ['Try again the next day', 14 * HOUR],
    ['Try again after 1 week', 7 * 24 * HOUR],
    ['Try again in 90s', 90_000],
    ['Try again in 45m', 45 * MINUTE],
    ['Try again in 900000 ms', 900_000],
    ['Try after 10–15 minutes', 15 * MINUTE],
    ['Try after 1½ hours', 90 * MINUTE],
    ['Try after 1,800 seconds', 30 * MINUTE],
    ['Try again in 30&nbsp;minutes'.replace('&nbsp;', '\u00a0'), 30 * MINUTE],
    ['Retry after 24-hours', 24 * HOUR],
    ['Too many attempts. Come back in half a day', 12 * HOUR],
    ['Wait one day', 24 * HOUR],
  ])('%s', (text, least) => {
    expect(waitSaid(text, NOW)).toBeGreaterThanOrEqual(least);
  });
});

describe('a limit on OTP requests that is worded as', () => {
  test.each([
    'Too many OTPs requested. Try later.',
    'You have reached the daily OTP limit.',
    'OTP limit reached. Please try again tomorrow.',
    'Rate limit exceeded',
    'Slow down! You are doing that too often.',
    'You’ve made too many login attempts. Please try again later.',
    'You have been temporarily blocked from requesting OTPs. Retry in 20 minutes.',
    'OTP generation is blocked for 30 minutes.',
    'You can request another OTP in 10 minutes',
    'Please come back after 30 minutes.',
    'Multiple OTP requests detected. Please retry after some time.',
    'Maximum OTP attempts reached',
    'Please wait 600 sec before requesting a new OTP',
    'Login disabled for 30 minutes due to multiple attempts',
    'Frequent login attempts detected',
    'Request throttled',
  ])('%s', (text) => {
    const said = otpRequestRefused(text);
    // At the least the account rests.
    expect(said?.restMs ?? -1).toBeGreaterThanOrEqual(0);
    // Some name the end of the day, which has come nearer meanwhile.
    const named = waitSaid(text, new Date()) - MINUTE;
    expect(said?.restMs ?? -1).toBeGreaterThanOrEqual(named);
  });
});

describe('an answer to the PIN that says nothing against it:', () => {
  test.each([
    'Your session has expired. Please log in again.',
    'Session timed out, please try again',
    'Something went wrong. Please try again later.',
    'Technical error. Please try after some time.',
    'We are unable to process your request at the moment.',
    'Internal server error',
    'Service temporarily unavailable',
    'Request timed out',
    'Upstream connect error',
    'Server is busy',
    'Your PIN could not be verified right now. Please try again later.',
  ])('%s', (text) => {
    expect(refusalInText('PIN', text)?.code ?? 'none').not.toBe('CREDENTIALS_REJECTED');
  });
});

describe('what is said of an account after the PIN:', () => {
  test.each([
    ['Your account has been temporarily locked for 24 hours due to multiple failed attempts.', 24 * HOUR],
    ['Too many wrong PINs. Your account is locked for 30 minutes', 30 * MINUTE],
    ['Incorrect PIN. You can try again in 30 minutes.', 30 * MINUTE],
    ['Login blocked for 2 hours', 2 * HOUR],
    ['We have locked your account for your security. Try again after 3 hours.', 3 * HOUR],
  ])('%s', (text, least) => {
    const said = refusalInText('PIN', text);
    expect(['CREDENTIALS_REJECTED', 'THROTTLED']).toContain(said?.code);
    // A quarantine outlasts every wait until a person clears it; a throttle has to last long enough.
    if (said?.code === 'THROTTLED') expect(said.restMs).toBeGreaterThanOrEqual(least);
  });
});

describe('a lock that is worded as', () => {
  test.each([
    'Account locked',
    'Your account has been locked temporarily.',
    'We have locked your account.',
    'Your Upstox account is now locked',
    'User blocked. Contact support.',
    'Access to your account has been restricted due to multiple failed logins',
    'Your login has been disabled due to 5 incorrect attempts.',
    'Profile is frozen.',
    'You have been locked out.',
  ])('%s: is no wait that is resumed by itself', (text) => {
    const { code = 'none' } = refusalInText('PIN', text) ?? {};
    expect(['CREDENTIALS_REJECTED', 'ACTION_REQUIRED', 'none']).toContain(code);
  });
});

describe('a refused OTP request that is no fault of the number:', () => {
  test.each([
    'No account found for this device. Please retry',
    'Unable to send OTP: user session not found',
    'Service not found',
    'Template not found',
    'Your request could not be processed: customer service is unavailable. Resource not found.',
    'OTP service does not exist in this region',
  ])('%s', (text) => {
    expect(otpRequestRefused(text)?.code).not.toBe('MOBILE_REJECTED');
  });
});

describe('an error in the redirect', () => {
  const codeOf = (query: string) => {
    try {
      readRedirect(`https://x.example/?${query}`, 's');
      return 'none';
    } catch (error) {
      return (error as LoginFailure).code;
    }
  };
  test.each([
    ['error=server_error&state=s', 'BROKER_UNREACHABLE'],
    ['error=temporarily_unavailable&state=s', 'BROKER_UNREACHABLE'],
    ['error=login_required&state=s', 'ACTION_REQUIRED'],
    ['error=consent_required&state=s', 'ACTION_REQUIRED'],
    ['error=interaction_required&state=s', 'ACTION_REQUIRED'],
    ['error=too_many_requests&state=s', 'THROTTLED'],
    ['error=UDAPI10005&state=s', 'THROTTLED'],
    ['error=UDAPI100500&state=s', 'BROKER_UNREACHABLE'],
    ['error=server_error&error_code=UDAPI100500&state=s', 'BROKER_UNREACHABLE'],
    ['error=unauthorized_client&state=s', 'APP_REJECTED'],
    ['error=invalid_client&state=s', 'APP_REJECTED'],
    ['error=UDAPI100068&state=s', 'APP_REJECTED'],
  ])('%s', (query, code) => {
    expect(codeOf(query)).toBe(code);
  });
  test('with another state is nobody’s word', () => {
    expect(codeOf('error=access_denied&state=other')).toBe('PAGE_CHANGED');
  });
  test('of a code twice is not guessed', () => {
    expect(codeOf('code=a&code=b&state=s')).toBe('PAGE_CHANGED');
  });
});

const answering = async (status: number, body: string, headers: Record<string, string> = {}) => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, [Symbol.asyncDispose]: async () => void server.close() };
};

describe('the exchange that is answered with', () => {
  const app = { clientId: 'c', clientSecret: new Secret('s'), redirectUri: 'http://127.0.0.1/x' };
  const exchange = async (url: string) =>
    exchangeCode(new BrokerApi(url), app, new Secret('c0d3'), { timeoutMs: 2000 }).then(
      (issued) => ({ token: issued.accessToken.reveal(), code: 'none', restMs: null, message: '' }),
      (error: LoginFailure) => ({
        token: null,
        code: error.code,
        restMs: error.restMs,
        message: error.message,
      }),
    );
  const coded = (errorCode: string, message = '…') =>
    JSON.stringify({ status: 'error', errors: [{ errorCode, message }] });

  test.each<[string, number, string, Record<string, string>, number]>([
    ['429 and seconds', 429, '{}', { 'retry-after': '1800' }, 30 * MINUTE],
    ['429 and a date', 429, '{}', { 'retry-after': new Date(Date.now() + HOUR).toUTCString() }, 59 * MINUTE],
    [
      '429 and words',
      429,
      coded('UDAPI10005', 'Too many requests. Try again after 30 minutes.'),
      {},
      30 * MINUTE,
    ],
    ['503 and seconds', 503, '{}', { 'retry-after': '3600' }, HOUR],
    ['200, its own code and words', 200, coded('UDAPI10005', 'Try again after 45 minutes.'), {}, 45 * MINUTE],
  ])('%s: the account rests as long as was asked', async (_what, status, body, headers, least) => {
    await using server = await answering(status, body, headers);
    const { restMs } = await exchange(server.url);
    expect(restMs ?? 0).toBeGreaterThanOrEqual(least);
  });

  test.each<[string, string]>([
    ['the token twice wrapped', JSON.stringify({ success: true, data: { access_token: 'token' } })],
    ['the token in camel case', JSON.stringify({ accessToken: 'token' })],
    ['a wrong user id beside it', JSON.stringify({ access_token: 'token', user_id: {} })],
    ['a byte order mark', `\ufeff${JSON.stringify({ access_token: 'token' })}`],
    ['blank space around', `\n\n ${JSON.stringify({ access_token: 'token' })}\n`],
  ])('%s: the token is not lost', async (_what, body) => {
    await using server = await answering(200, body);
    expect((await exchange(server.url)).token).toBe('token');
  });

  test.each<[string, number, string]>([
    [
      'an error beside a token',
      200,
      JSON.stringify({ status: 'error', errors: [{ errorCode: 'UDAPI100057' }] }),
    ],
    ['a token that is no text', 200, JSON.stringify({ access_token: { value: 'x' } })],
    ['a blank token', 200, JSON.stringify({ access_token: '   ' })],
  ])('%s: no token is made of it', async (_what, status, body) => {
    await using server = await answering(status, body);
    const { token, code, message } = await exchange(server.url);
    expect([token, code]).toEqual([null, 'CODE_SPENT']);
    expect(message).not.toMatch(/c0d3|s3cr/);
  });

  test('an approval request that is answered with 429: rests as long as was asked', async () => {
    await using server = await answering(429, '{}', { 'retry-after': '1800' });
    const failure = await requestApproval(new BrokerApi(server.url), app, 2000).catch((error) => error);
    expect((failure as LoginFailure).restMs ?? 0).toBeGreaterThanOrEqual(30 * MINUTE);
  });
});

describe('a profile that', () => {
  test.each<[string, number, string, string]>([
    [
      'is of a closed account',
      200,
      '{"status":"success","data":{"user_id":"A1","is_active":false}}',
      'ALIVE',
    ],
    [
      'is a success with errors',
      200,
      '{"status":"success","data":{"user_id":"A1"},"errors":[{"errorCode":"UDAPI100050"}]}',
      'ALIVE',
    ],
    ['is partial', 206, '{"status":"success","data":{"user_id":"A1"}}', 'UNKNOWN'],
    ['is of 401 with an HTML page', 401, '<html>UDAPI100050</html>', 'UNKNOWN'],
    ['is cut off', 200, '{"status":"success","data":{"user_id":"A1"', 'UNKNOWN'],
    ['is in capitals', 401, '{"status":"error","errors":[{"errorCode":"UDAPI100050 "}]}', 'UNKNOWN'],
  ])('%s', async (_what, status, body, kind) => {
    await using server = await answering(status, body);
    expect((await probeProfile(new BrokerApi(server.url), new Secret('t'), 2000)).kind).toBe(kind);
  });
});

describe('a notice before anything was typed', () => {
  test.each([
    ['Login is temporarily disabled between 11 PM and 6 AM for end of day processing', 'MAINTENANCE'],
    ['We are upgrading our systems. Please check back later.', 'MAINTENANCE'],
    ['Service Unavailable', 'BROKER_UNREACHABLE'],
    ['You have been blocked. Cloudflare Ray ID: 8a', 'BROKER_UNREACHABLE'],
  ])('%s', (text, code) => {
    expect(noticeInText(text)?.code).toBe(code);
  });
});
