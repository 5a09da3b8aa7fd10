import { describe, expect, test } from 'vitest';
import { isLoopback, readHost, readHostName } from '../../src/domain/net/host-name.ts';
import { proxyFor, proxyName } from '../../src/domain/net/proxy.ts';
import { readAddress, sharedAddresses } from '../../src/domain/net/static-addresses.ts';
import { Secret } from '../../src/domain/secret.ts';

describe('a host', () => {
  test.each([
    ['desk', 'desk', 'desk'],
    ['DESK.example.', 'desk.example', 'desk.example'],
    ['desk:8080', 'desk', 'desk:8080'],
    ['desk:80', 'desk', 'desk'],
    ['::1', '[::1]', '[::1]'],
    ['2001:DB8::10', '[2001:db8::10]', '[2001:db8::10]'],
    ['::ffff:127.0.0.1', '[::ffff:7f00:1]', '[::ffff:7f00:1]'],
    ['fe80:0:0:0:0:0:0:1', '[fe80::1]', '[fe80::1]'],
    ['[::1]', '[::1]', '[::1]'],
    ['[::1]:8080', '[::1]', '[::1]:8080'],
    ['127.0.0.1:28020', '127.0.0.1', '127.0.0.1:28020'],
  ])('%j is read', (text, name, host) => {
    expect(readHost(text)).toEqual({ name, host });
  });

  test.each([
    ...['', ' ', '.', 'desk ', 'user@desk', 'desk/path', 'desk?query', 'desk#part', 'desk\\path'],
    ...['%64esk', 'dèsk', 'desk\n', 'desk:port', 'desk:99999', '[::1', 'x::1', '::1x', ':', '[desk]'],
  ])('%j is none', (text) => {
    expect(readHost(text)).toBeNull();
  });

  test('that is configured has no port', () => {
    expect(
      ['desk', 'Desk.example', '::1', '[::1]', 'desk:8080', 'desk:', '[::1]:8080', 'a b'].map(readHostName),
    ).toEqual(['desk', 'desk.example', '[::1]', '[::1]', null, null, null, null]);
  });

  test.each([
    ['localhost', true],
    ['[::1]', true],
    ['127.0.0.1', true],
    ['127.255.100.254', true],
    ['10.127.0.1', false],
    ['0127.0.0.1', false],
    ['127.0.0.1.nip.io', false],
    ['127.0.0', false],
    ['localhost.example', false],
    ['[::2]', false],
  ])('%s is this machine: %s', (name, isThis) => {
    expect(isLoopback(name)).toBe(isThis);
  });
});

describe('the proxy', () => {
  const https = new Secret('http://user:password@secure.example:3128');
  const http = new Secret('http://plain.example:3128');
  const nameFor = (address: string, direct: readonly string[] = [], only = {}) => {
    const proxy = proxyFor({ https, http, direct, ...only }, address);
    return proxy === null ? null : proxyName(proxy);
  };

  test('is chosen by the protocol, and its name tells no password', () => {
    expect(nameFor('https://api.upstox.com')).toBe('http://secure.example:3128');
    expect(nameFor('http://api.upstox.com')).toBe('http://plain.example:3128');
    expect(nameFor('https://api.upstox.com', [], { https: null })).toBeNull();
    expect(nameFor('http://api.upstox.com', [], { http: null })).toBeNull();
    expect(proxyFor(null, 'https://api.upstox.com')).toBeNull();
  });

  test.each([
    ['*', true],
    ['api.upstox.com', true],
    ['API.Upstox.com', true],
    ['api.upstox.com:443', true],
    ['.upstox.com', true],
    ['.UPSTOX.com', true],
    ['*.upstox.com', true],
    ['upstox.com', false],
    ['other.api.upstox.com', false],
    ['.api.upstox.com', false],
    ['.com.example', false],
  ])('is left out for %s: %s', (entry, isDirect) => {
    expect(nameFor('https://api.upstox.com', ['other.example', entry]) === null).toBe(isDirect);
  });
});

test('an address that several accounts name is told with those accounts', () => {
  const named = (accountId: string, ...addresses: readonly string[]) => ({ accountId, addresses });
  expect(
    sharedAddresses([
      named('UPSTOX_01', '203.0.113.7', '203.0.113.8'),
      named('UPSTOX_02', '203.0.113.9'),
      named('UPSTOX_03', '203.0.113.8'),
      named('UPSTOX_04'),
    ]),
  ).toEqual([{ address: '203.0.113.8', accountIds: ['UPSTOX_01', 'UPSTOX_03'] }]);
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  [' 255.255.255.255 ', '255.255.255.255'],
  ['2001:DB8:0::7', '2001:db8::7'],
  ['256.0.113.7', null],
  ['203.0.113.07', null],
  ['203.0.113', null],
  ['203.0.113.7.8', null],
  ['1203.0.113.7', null],
  ['x203.0.113.7', null],
  ['203.0.113.7x', null],
  ['2001:db8::g', null],
  ['2001:db8::7]', null],
  ['2001:db8::7]/[', null],
  ['1:2', null],
  ['desk', null],
  ['abc', null],
  ['', null],
])('the address %j is read as %j', (text, address) => {
  expect(readAddress(text)).toBe(address);
});
