import { BlockList } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPrivateHost } from '../../src/domain/net/private-address.ts';

const isPrivate = (address: string): boolean => isPrivateHost(new URL(address).hostname);

test.each([
  'http://127.0.0.1:28020/livez',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0x7f.1/',
  'http://0177.0.0.1/',
  'http://127.0.0.1./',
  'http://１２７.0.0.1/',
  'http://0/',
  'http://0.0.0.0:80/',
  'http://localhost/',
  'http://LOCALHOST./',
  'http://vega.localhost:3000/',
  'http://router/',
  'http://printer.local/',
  'http://nas.lan/',
  'http://7.desk.home.lan/',
  'http://home.arpa/',
  'http://10.0.0.1/',
  'http://100.64.0.1/',
  'http://100.127.255.255/',
  'http://169.254.169.254/latest/meta-data/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://192.0.0.8/',
  'http://192.168.1.1/',
  'http://198.18.0.1/',
  'http://224.0.0.251/',
  'http://255.255.255.255/',
  'ws://[::1]:28020/',
  'http://[::]/',
  'http://[0:0:0:0:0:0:0:1]/',
  'http://[::127.0.0.1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[::ffff:192.0.0.1]/',
  'http://[::ffff:0:10.0.0.1]/',
  'http://[64:ff9b::10.0.0.1]/',
  'http://[64:ff9b:1::1]/',
  'http://[2002:7f00:1::]/',
  'http://[fc00::1]/',
  'http://[fdff:ffff::1]/',
  'http://[fe80::1]/',
  'http://[fec0::1]/',
  'http://[ff02::fb]/',
])('%s is private', (address) => {
  expect(isPrivate(address)).toBe(true);
});

test.each([
  'https://api.upstox.com/',
  'https://login.upstox.com/',
  'https://0.gravatar.com/',
  'https://10.cdn.example.com/',
  'https://localhost.example.com/',
  'https://local.example/',
  'https://127.0.0.1.nip.io/',
  'http://8.8.8.8/',
  'http://100.63.255.255/',
  'http://100.128.0.0/',
  'http://172.15.255.255/',
  'http://172.32.0.0/',
  'http://192.167.255.255/',
  'http://11.0.0.0/',
  'http://126.255.255.255/',
  'http://[2606:4700::1111]/',
  'http://[::8.8.8.8]/',
  'http://[::ffff:8.8.8.8]/',
  'http://[::ffff:192.0.1.1]/',
  'http://[64:ff9b::8.8.8.8]/',
  'http://[64:ff9b:2::1]/',
  'http://[64:1:1::1]/',
  'http://[1:ff9b:1::1]/',
  'http://[2002:808:808::]/',
  'http://[2606:a00:1::1]/',
])('%s is public', (address) => {
  expect(isPrivate(address)).toBe(false);
});

const blocked = new BlockList();
for (const [network, bits] of [
  ...([
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
  ] as const),
  ...([
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['224.0.0.0', 3],
  ] as const),
]) {
  blocked.addSubnet(network, bits);
}

test('every IPv4 address is judged alike in each of its spellings, as Node judges it', () => {
  const near = fc.constantFrom(0, 10, 100, 127, 169, 172, 192, 198, 224, 255);
  const octet = fc.nat(255);
  const address = fc.tuple(
    fc.oneof(near, octet),
    fc.oneof(fc.constantFrom(64, 127, 254, 16, 31, 168, 18), octet),
    octet,
    octet,
  );
  fc.assert(
    fc.property(address, (octets) => {
      const dotted = octets.join('.');
      const number = octets.reduce((sum, one) => sum * 256 + one, 0);
      const spellings = [
        dotted,
        String(number),
        `0x${number.toString(16)}`,
        octets.map((one) => `0${one.toString(8)}`).join('.'),
        `[::ffff:${dotted}]`,
        `[64:ff9b::${dotted}]`,
      ];
      const expected = blocked.check(dotted);
      expect(spellings.map((host) => isPrivate(`http://${host}/`))).toEqual(spellings.map(() => expected));
    }),
    { numRuns: 500 },
  );
});
