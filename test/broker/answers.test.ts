import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { BrokerApi } from '../../src/broker/api/broker-api.ts';
import { askClockSkew, skewOf } from '../../src/broker/api/clock-skew.ts';
import { exchangeCode } from '../../src/broker/api/oauth.ts';
import { probeProfile } from '../../src/broker/api/profile-probe.ts';
import { LoginFailure } from '../../src/broker/login/login-failure.ts';
import {
  classifyPage,
  failureInCodes,
  failureInStatus,
  noticeInText,
} from '../../src/broker/login/page/page-kind.ts';
import type { FieldName, PageReading } from '../../src/broker/login/page/page-reading.ts';
import { isRedirect, readRedirect } from '../../src/broker/login/redirect.ts';
import { DatabaseError } from '../../src/db/database-error.ts';
import { Secret } from '../../src/domain/secret.ts';
import { toFailure } from '../../src/services/runs/to-failure.ts';

const failureOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'none';
  } catch (error) {
    expect(error).toBeInstanceOf(LoginFailure);
    return (error as LoginFailure).code;
  }
};

/** A server that says one thing. */
const answering = async (status: number, body: string, headers: Record<string, string> = {}) => {
  const server = createServer((request, response) => {
    request.resume();
    response.sendDate = headers.date === undefined;
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, [Symbol.asyncDispose]: async () => void server.close() };
};

describe('the answer to a code', () => {
  const app = { clientId: 'c', clientSecret: new Secret('s'), redirectUri: 'http://127.0.0.1/x' };
  const exchange = (url: string) =>
    exchangeCode(new BrokerApi(url), app, new Secret('code'), { timeoutMs: 2000 });
  const refusal = (code: string) => JSON.stringify({ status: 'error', errors: [{ errorCode: code }] });

  test.each([
    [{ access_token: 'token', user_id: 'DEMO01' }, 'DEMO01'],
    [{ access_token: 'token' }, null],
    [{ access_token: 'token', user_id: 7 }, '7'],
    [{ access_token: 'token', user_id: '' }, null],
    [{ access_token: 'token', user_id: null }, null],
    [{ access_token: 'token', user_id: Number.MAX_VALUE }, null],
    [{ status: 'success', data: { access_token: 'token', user_id: 'DEMO01' } }, 'DEMO01'],
    [{ access_token: 'token', user_id: 'DEMO01', other: { access_token: 'another' } }, 'DEMO01'],
    [{ result: [{ token: { accessToken: 'Bearer token', userId: 'DE**01' } }] }, null],
  ])('is a token, of the user that it names: %j', async (body, userId) => {
    await using server = await answering(200, JSON.stringify(body));
    const issued = await exchange(server.url);
    expect([issued.accessToken.reveal(), issued.userId]).toEqual(['token', userId]);
  });

  test.each([
    [200, '{}', 'CODE_SPENT'],
    [200, '<html>', 'CODE_SPENT'],
    [302, '{"access_token":"x"}', 'CODE_SPENT'],
    [401, refusal('UDAPI100057'), 'CODE_SPENT'],
    [400, refusal('UDAPI100068'), 'APP_REJECTED'],
    [400, refusal('UDAPI999999'), 'CODE_SPENT'],
    [401, '{"message":"Unauthorized"}', 'CODE_SPENT'],
    [403, '{"message":"Forbidden"}', 'CODE_SPENT'],
    [403, '{"errors":[{"errorCode":"UDAPI100073"}]}', 'CODE_SPENT'],
    [429, '{}', 'THROTTLED'],
    [503, '<html>', 'CODE_SPENT'],
  ])('%i %s is %s: the code is not sent again', async (status, body, code) => {
    await using server = await answering(status, body);
    expect(await failureOf(() => exchange(server.url))).toBe(code);
  });
});

describe('the answer to the profile call', () => {
  const probe = (url: string) => probeProfile(new BrokerApi(url), new Secret('token'), 2000);
  const edge = { type: 'https://developers.cloudflare.example/1010', title: 'Error 1010', status: 403 };

  test.each([
    [401, { status: 'error', errors: [{ errorCode: 'UDAPI100050' }] }, 'DEAD'],
    [403, {}, 'UNKNOWN'],
    [403, edge, 'UNKNOWN'],
    [401, '<html>Access denied</html>', 'UNKNOWN'],
    [200, { status: 'success', data: { user_id: 'DEMO01' } }, 'ALIVE'],
    [200, { status: 'success' }, 'UNKNOWN'],
    [500, {}, 'UNKNOWN'],
  ])('%i %j says that the token is %s', async (status, body, kind) => {
    await using server = await answering(status, typeof body === 'string' ? body : JSON.stringify(body));
    expect((await probe(server.url)).kind).toBe(kind);
  });
});

describe('a redirect', () => {
  test.each([
    ['https://x.example', 'https://x.example/', true],
    ['https://x.example/a?code=1', 'https://x.example/a', true],
    ['https://x.example/a?k=v&code=1', 'https://x.example/a?k=v', true],
    ['https://x.example/a?code=1', 'https://x.example/a?k=v', false],
    ['https://x.example/a/?code=1', 'https://x.example/a', true],
    ['https://x.example/ab', 'https://x.example/a', false],
    ['https://y.example/a', 'https://x.example/a', false],
    ['about:blank', 'not an address', false],
    ['::', 'https://x.example/a', false],
  ])('%s to %s: %s', (address, registered, is) => {
    expect(isRedirect(address, registered)).toBe(is);
  });

  test.each([
    ['code=c&state=s', 'none'],
    ['code=&state=s', 'PAGE_CHANGED'],
    ['state=s', 'PAGE_CHANGED'],
    ['code=c&state=other', 'PAGE_CHANGED'],
    ['code=c', 'PAGE_CHANGED'],
    ['error=access_denied&state=s', 'APP_REJECTED'],
  ])('with %s leads to %s', async (query, code) => {
    expect(await failureOf(() => readRedirect(`https://x.example/?${query}`, 's'))).toBe(code);
  });
});

describe('the clock', () => {
  const at = (seconds: number) => new Date(seconds * 1000);
  test.each([
    [100, 100, 101, 0, 'ahead of'],
    [110, 100, 101, 9000, 'behind'],
    [90, 100, 101, 9000, 'ahead of'],
  ])('the broker says %i between %i and %i: %i ms %s', (server, asked, answered, milliseconds, direction) => {
    expect(skewOf(at(server), at(asked), at(answered))).toEqual({ milliseconds, direction });
  });

  test('of a broker that does not tell the time, or does not answer, is not known', async () => {
    await using silent = await answering(200, '', { date: 'some day' });
    expect(await askClockSkew(new BrokerApi(silent.url), 2000, () => new Date())).toBe(null);
    expect(await askClockSkew(new BrokerApi('http://127.0.0.1:9'), 500, () => new Date())).toBe(null);
  });
});

describe('a page', () => {
  const field = {
    enabled: true,
    isEmpty: true,
    room: null,
    hasButton: true,
    buttonEnabled: false,
    buttonAt: null,
    buttonLabel: 'Continue',
    enterLabel: 'Continue',
    caption: '',
    lead: '',
    trail: '',
  };
  const page = (parts: Partial<PageReading>): PageReading => ({
    fields: {},
    otherInputs: [],
    checkboxes: [],
    ticked: [],
    frames: '',
    captcha: false,
    headings: [],
    buttons: [],
    alerts: [],
    dialog: null,
    isBusy: false,
    text: '',
    ...parts,
  });
  const button = (label: string) => ({ label, at: { x: 1, y: 1 }, isLink: false });
  const mobile = { fields: { MOBILE: field } };
  const kindOf = (
    parts: Partial<PageReading>,
    submitted: readonly FieldName[] = [],
    news: string | null = null,
  ) => {
    const [last] = submitted.slice(-1);
    const awaited = news === null || last === undefined ? null : { field: last, news, alerts: '' };
    const kind = classifyPage(page(parts), new Set(submitted), awaited);
    return kind.kind === 'FAILURE' ? kind.code : kind.kind;
  };

  test.each<[string, Partial<PageReading>, readonly FieldName[], string]>([
    ['asks for the number', mobile, [], 'FIELD'],
    ['asks for it again', mobile, ['MOBILE'], 'UNKNOWN'],
    [
      'warns of wrong attempts before anything was entered',
      { ...mobile, text: '3 attempts left' },
      [],
      'FIELD',
    ],
    ['is an error page with a code', { text: 'Invalid SSL certificate. Error code 526' }, [], 'UNKNOWN'],
    [
      'says that the account is locked, and nothing else',
      { text: 'Your account has been locked.' },
      [],
      'UNKNOWN',
    ],
    ['asks for the PIN and counts', { fields: { PIN: field }, text: '2 attempts left' }, [], 'FIELD'],
    [
      'offers to unlock an account beside the first field',
      { ...mobile, buttons: [button('Unlock account')] },
      [],
      'FIELD',
    ],
    ['offers it later', { buttons: [button('Unlock account')] }, ['MOBILE'], 'UNKNOWN'],
    ['wants consent', { buttons: [button('Deny'), button('Allow')] }, [], 'UNKNOWN'],
    ['makes an offer', { buttons: [button('Allow'), button('Not now')] }, [], 'DISMISSAL'],
    ['shows a CAPTCHA', { ...mobile, captcha: true }, [], 'CAPTCHA'],
    ['says that it checks the browser', { text: 'Checking your browser …' }, [], 'CAPTCHA'],
    ['shows a code', { text: '{"errorCode":"UDAPI100068"}' }, [], 'APP_REJECTED'],
  ])('that %s', (_what, parts, submitted, kind) => {
    expect(kindOf(parts, submitted)).toBe(kind);
  });

  test.each<[string, FieldName, string, string]>([
    ['says that attempts are counted', 'PIN', '3 attempts left', 'CREDENTIALS_REJECTED'],
    ['says that the PIN was wrong', 'PIN', 'Incorrect PIN', 'CREDENTIALS_REJECTED'],
    ['speaks of a PIN when only the number has left', 'MOBILE', 'Incorrect PIN', 'UNKNOWN'],
    ['names a limit', 'MOBILE', 'You have exceeded the maximum number of OTPs', 'THROTTLED'],
    ['offers help', 'PIN', 'Entered a wrong PIN?', 'UNKNOWN'],
  ])('that %s after it was asked', (_what, last, news, kind) => {
    expect(kindOf({ fields: { [last]: field } }, [last], news)).toBe(kind);
  });

  test.each([
    ['Try again after 10 mins. [1017069]', 'THROTTLED'],
    ['{"errorCode":"UDAPI100068"}', 'APP_REJECTED'],
    ['Something new. [1017999]', 'PAGE_CHANGED'],
    ['OTP has been sent', undefined],
  ])('whose codes are in %s means %s', (text, code) => {
    expect(failureInCodes(text)?.code).toBe(code);
  });

  test.each([
    ['Access denied', 'BROKER_UNREACHABLE'],
    ['We are under maintenance until 06:30 AM', 'MAINTENANCE'],
    ['Welcome', undefined],
  ])('without a step of the login that says %s means %s', (text, code) => {
    expect(noticeInText(text)?.code).toBe(code);
  });

  test.each([
    [200, undefined],
    [404, undefined],
    [403, 'BROKER_UNREACHABLE'],
    [429, 'THROTTLED'],
    [502, 'BROKER_UNREACHABLE'],
  ])('of status %i means %s', (status, code) => {
    expect(failureInStatus(status)?.code).toBe(code);
  });
});

test('what goes wrong inside is told without a word of what it was', () => {
  const known = new LoginFailure('THROTTLED', 'The broker answered 429.');
  expect(toFailure(known)).toBe(known);
  expect(toFailure(new DatabaseError('a.db', 'canary'))).toMatchObject({ code: 'STORAGE_FAILED' });
  expect(toFailure(new Error('canary'))).toMatchObject({ code: 'INTERNAL' });
  expect(toFailure(new Error('canary')).message).not.toContain('canary');
});
