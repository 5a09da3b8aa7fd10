import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { visible, withVisibleTexts } from '../../src/cli/view/visible.ts';
import { isPlainText } from '../../src/domain/plain-text.ts';
import { createLogger } from '../../src/log.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

/** Colours the line, renames the window, goes back over what was printed, turns letters round. */
const EVIL = 'a\u001b[31mb\u001b]0;owned\u0007c\r\nd\u009b2Je\u202ef\u2066g\u2028h\u007f';
const SHOWN = 'a␛[31mb␛]0;owned␇c␍␊d<U+009B>2Je<U+202E>f<U+2066>g<U+2028>h␡';
const OBEYED = /[^\n\P{Cc}]|[\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

const run = async (testApp: TestApp, args: readonly string[]): Promise<string> => {
  const streams = [new PassThrough(), new PassThrough()] as const;
  const said: string[] = [];
  for (const stream of streams) stream.on('data', (part) => said.push(String(part)));
  await runCommandLine(args, {
    env: { VEGA_PORT: new URL(testApp.url).port, VEGA_OPERATOR_KEY: testApp.app.operatorKey },
    workingDirectory: testApp.directory,
    out: streams[0],
    err: streams[1],
    signal: new AbortController().signal,
  });
  return said.join('');
};

test('names and reasons that were stored before are shown, and the terminal obeys none of them', async () => {
  await using testApp = await openTestApp({ apis: 1 });
  await testApp.client.createAccessKey({ input: { name: 'feed', role: 'SERVICE' } });
  testApp.change('update vega_access_keys set name = ?', EVIL);
  testApp.change('update vega_accounts set name = ?', EVIL);
  await testApp.app.parts.audit.record('ACCOUNT_RENAMED', { name: EVIL });
  const commands = ['keys', 'audit', 'accounts', 'status'].flatMap((command) => [
    [command],
    [command, '--json'],
  ]);
  for (const args of [...commands, ['generate', EVIL], [EVIL]])
    expect([args, OBEYED.exec(await run(testApp, args))]).toEqual([args, null]);
  expect(await run(testApp, ['keys'])).toContain(SHOWN);
  expect(await run(testApp, ['accounts'])).toContain(SHOWN);
  expect(await run(testApp, ['audit'])).toContain(SHOWN);
});

test('whatever a text holds, what is shown of it is plain, and what is plain stays as it is', () => {
  const codeUnits = fc
    .array(fc.integer({ min: 0, max: 0xffff }))
    .map((units) => String.fromCharCode(...units));
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), codeUnits);
  fc.assert(
    fc.property(texts, (text) => {
      expect(isPlainText(visible(text))).toBe(true);
      expect(visible(text) === text).toBe(isPlainText(text));
      expect(withVisibleTexts({ [text]: [text, 1, null] })).toEqual({
        [visible(text)]: [visible(text), 1, null],
      });
    }),
  );
});

test('names, reasons and configured texts with control or bidirectional characters are refused', async () => {
  await using testApp = await openTestApp({ apis: 1, env: { LOGIN_CONFIG_SOURCE: 'DATABASE' } });
  const codeOf = (asked: Promise<unknown>) =>
    asked.then(
      () => 'accepted',
      (error: { code: string }) => error.code,
    );
  const { client } = testApp;
  const account = { mobileNumber: '9876501234', pin: '123456', totpSecret: 'JBSWY3DPEHPK3PXP' };
  const redirectUri = 'https://127.0.0.1/callback';
  const app = { apiName: 'PRIMARY', clientId: 'id', clientSecret: 'secret', redirectUri } as const;
  for (const evil of [
    '\u001b',
    '\r\n',
    '\u0085',
    '\u202e',
    '\u2067',
    '\u200f',
    '\u2028',
    '\u0000',
    '\u007f',
  ]) {
    const texts = [`feed${evil}x`, `feed${evil}`];
    for (const text of texts) {
      const answers = await Promise.all([
        codeOf(client.createAccessKey({ input: { name: text, role: 'VIEWER' } })),
        codeOf(client.renameAccount({ accountId: 'UPSTOX_01', name: text })),
        codeOf(client.addAccount({ input: { ...account, redirectUri, name: text } })),
        codeOf(client.addAccount({ input: { ...account, redirectUri: `${redirectUri}${evil}` } })),
        codeOf(client.clearQuarantine({ reason: text })),
        codeOf(client.saveApiConfig({ input: { ...app, clientId: text } })),
        codeOf(client.saveApiConfig({ input: { ...app, clientSecret: text } })),
        codeOf(client.saveApiConfig({ input: { ...app, redirectUri: `${redirectUri}${evil}` } })),
      ]);
      expect([JSON.stringify(text), ...answers]).toEqual([
        JSON.stringify(text),
        ...Array(8).fill('BAD_USER_INPUT'),
      ]);
    }
  }
  // Names in the scripts of the desk's owner, joiners and emoji are names.
  for (const name of ['व्यापार डेस्क', 'ക്ഷ‍ന', 'desk 👩‍💻', 'Zoë’s'])
    expect(await codeOf(client.createAccessKey({ input: { name, role: 'VIEWER' } }))).toBe('accepted');
});

test('a log line has no character that a terminal obeys, and is the same JSON', () => {
  const lines: string[] = [];
  const log = createLogger('info', { write: (line) => void lines.push(line) });
  log.info({ name: EVIL, [EVIL]: 1, err: new Error(EVIL) }, EVIL);
  expect(OBEYED.exec(lines.join(''))).toBeNull();
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ name: EVIL, msg: EVIL, [EVIL]: 1 });
});
