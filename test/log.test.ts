import { describe, expect, test } from 'vitest';
import { Secret } from '../src/domain/secret.ts';
import { createLogger, type Logger, named } from '../src/log.ts';

const JWT = 'eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiJBQjEyMzQifQ.c2lnbmF0dXJlLWNhbmFyeQ';
const CANARY = 'canary-7f3a9c';

/** What a logger wrote, line by line, without the times. */
const written = (log: (logger: Logger) => void, level = 'trace'): unknown[] => {
  const lines: string[] = [];
  log(createLogger(level, { write: (line) => lines.push(line) }));
  return lines.map((line) => {
    const { time, ...rest } = JSON.parse(line);
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    return rest;
  });
};

test('a line is JSON with a level in words, the part that speaks and no host or process', () => {
  expect(written((logger) => named(logger, 'truth').warn({ run: 'R1', took: 1.5 }, 'asked'))).toEqual([
    { level: 'warn', part: 'truth', run: 'R1', took: 1.5, msg: 'asked' },
  ]);
});

test('what is below the level is not written', () => {
  expect(written((logger) => logger.info('quiet'), 'warn')).toEqual([]);
});

describe('a message shows no', () => {
  test.each([
    ['token', `broker said ${JWT} twice: ${JWT}`, 'broker said [secret] twice: [secret]'],
    [
      'code of a redirect',
      `went to http://localhost/callback?code=${CANARY}&state=${CANARY}#end`,
      'went to http://localhost/callback?code=[secret]&state=[secret]',
    ],
    [
      'access token in an address',
      `GET /feed?x=1&access_token=${CANARY} HTTP/1.1`,
      'GET /feed?x=1&access_token=[secret] HTTP/1.1',
    ],
    [
      'secret of a login link',
      `open http://127.0.0.1:28020/login?link=${CANARY}`,
      'open http://127.0.0.1:28020/login?link=[secret]',
    ],
  ])('%s', (_what, message, shown) => {
    expect(written((logger) => logger.info(message))).toEqual([{ level: 'info', msg: shown }]);
  });

  test('token that was put in by a placeholder', () => {
    expect(written((logger) => logger.info('got %s and %j', JWT, { accessToken: CANARY }))).toEqual([
      { level: 'info', msg: 'got [secret] and {"accessToken":"[secret]"}' },
    ]);
  });
});

test.each([
  ...['accessToken', 'access_token', 'client_secret', 'clientSecret', 'pin', 'UPSTOX_PIN', 'otp', 'totp'],
  ...['password', 'Authorization', 'cookie', 'set-cookie', 'mobileNumber', 'code', 'operatorKey'],
])('the value of %s is masked wherever it stands', (key) => {
  const entry = { [key]: CANARY, deep: { deeper: [{ [key]: CANARY }] } };
  const masked = { [key]: '[secret]', deep: { deeper: [{ [key]: '[secret]' }] } };
  expect(written((logger) => logger.info(entry, 'seen'))).toEqual([
    { level: 'info', ...masked, msg: 'seen' },
  ]);
});

test('texts in objects and lists are searched too', () => {
  expect(
    written((logger) => logger.error({ answers: [JWT, { body: `{"access":"${JWT}"}` }, 7, null, true] })),
  ).toEqual([{ level: 'error', answers: ['[secret]', { body: '{"access":"[secret]"}' }, 7, null, true] }]);
});

test('an error keeps its name and place, and loses the token in its message', () => {
  const [entry] = written((logger) => logger.error({ err: new TypeError(`bad token ${JWT}`) }, 'failed'));
  expect(entry).toEqual({
    level: 'error',
    err: {
      name: 'TypeError',
      message: 'bad token [secret]',
      stack: expect.stringMatching(/^TypeError: bad token \[secret\]\n\s+at .*log\.test\.ts/s),
    },
    msg: 'failed',
  });
});

test.each([
  ['alone', (logger: Logger, error: Error) => logger.error(error)],
  ['under another name', (logger: Logger, error: Error) => logger.error({ reason: error })],
  ['in a list', (logger: Logger, error: Error) => logger.error({ errors: [error] })],
  ['from a child', (logger: Logger, error: Error) => named(logger, 'http').error({ err: error })],
])('a token in an error that is logged %s does not come out', (_how, log) => {
  const error = new Error(`answer ${JWT}`, { cause: new Error(`cause ${JWT}`) });
  const text = JSON.stringify(written((logger) => log(logger, error)));
  expect(text).toContain('answer [secret]');
  expect(text).not.toContain('eyJ');
});

test('what is secret by its type does not come out', () => {
  const text = JSON.stringify(
    written((logger) => {
      logger.info({ value: new Secret(CANARY), list: [new Secret(CANARY)] }, `is ${new Secret(CANARY)}`);
    }),
  );
  expect(text).toContain('is [secret]');
  expect(text).not.toContain(CANARY);
});
