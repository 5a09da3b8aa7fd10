import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import { format, inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';

const VALUE = 'canary-7f3a9c';
const secret = new Secret(VALUE);

/** What a console prints of a value. */
const printed = (value: unknown): string => {
  const stream = new PassThrough();
  const console = new Console(stream, stream);
  console.log(value);
  console.log('%s %o %O %j', value, value, value, value);
  console.dir(value, { showHidden: true });
  console.table([value]);
  return String(stream.read());
};

const clone = (value: object): unknown => structuredClone(value);

test('the value comes out by asking for it', () => {
  expect(secret.reveal()).toBe(VALUE);
});

test.each([
  ['String()', String(secret), '[secret]'],
  ['a template', `Bearer ${secret}`, 'Bearer [secret]'],
  ['adding to a text', `Bearer ${secret}`.concat(String(secret)), 'Bearer [secret][secret]'],
  ['joining a list', [secret, secret].join(), '[secret],[secret]'],
  ['JSON', JSON.stringify({ token: secret, list: [secret] }), '{"token":"[secret]","list":["[secret]"]}'],
  ['inspect', inspect({ token: secret }), '{ token: [secret] }'],
  ['format', format('%s %j', secret, secret), '[secret] "[secret]"'],
  ['a number', String(Number(secret)), 'NaN'],
  ['a key', Object.keys({ [`${secret}`]: 1 }).join(), '[secret]'],
  ['an address', String(new URLSearchParams({ code: String(secret) })), 'code=%5Bsecret%5D'],
  ['an error', new Error(`bad ${secret}`).message, 'bad [secret]'],
])('%s shows a mask', (_how, text, expected) => {
  expect(text).toBe(expected);
});

test.each([
  ['console', printed(secret)],
  ['console, inside of something', printed({ deep: { list: [secret] } })],
  ['inspect of hidden parts', inspect(secret, { showHidden: true, getters: true, depth: 9 })],
  ['inspect without customs', inspect(secret, { customInspect: false, showHidden: true, depth: 9 })],
  ['a structured clone', inspect(clone(secret), { showHidden: true })],
  ['spreading', JSON.stringify({ ...secret })],
  ['its own keys', Reflect.ownKeys(secret).join()],
  ['its entries', JSON.stringify(Object.entries(secret))],
  ['assigning', JSON.stringify(Object.assign({}, secret))],
])('%s does not show the value', (_how, text) => {
  expect(text).not.toContain(VALUE);
});

test('a comparison that fails does not show the value', () => {
  let message = '';
  try {
    expect({ token: secret }).toEqual({ token: 'another' });
  } catch (error) {
    message = inspect(error, { depth: 9 });
  }
  expect(message).toContain('another');
  expect(message).not.toContain(VALUE);
});
