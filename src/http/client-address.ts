import { isIP, isIPv6 } from 'node:net';
import type { Asking } from './asking.ts';

/**
 * Where a request comes from, as guesses are counted. A trusted proxy adds whom it was asked by at the end of
 * `X-Forwarded-For`; what stands before that anybody can write, and what is no address is not believed.
 */
export const clientAddressOf = ({ address, headers }: Asking, trustsProxy: boolean): string => {
  const forwarded = trustsProxy ? headers.get('x-forwarded-for')?.split(',').at(-1) : undefined;
  return groupOf(
    (forwarded === undefined ? null : readAddress(forwarded)) ?? readAddress(address) ?? 'unknown',
  );
};

/** The address without brackets, port and zone; null where there is none. */
const readAddress = (text: string): string | null => {
  const bare = text
    .trim()
    .replace(/^\[([^\]]*)\](?::\d+)?$/, '$1')
    .replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1')
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(bare) === 0 ? null : bare;
};

/** One machine has every address of its loopback network, and usually 2^64 of IPv6: they count as one. */
const groupOf = (address: string): string => {
  if (/^127\./.test(address) || address === '::1') return 'loopback';
  if (!isIPv6(address)) return address;
  const [, hextets = ''] = /^\[(.*)\]$/.exec(new URL(`http://[${address}]`).hostname) ?? [];
  const [before = '', after] = hextets.split('::');
  const front = before === '' ? [] : before.split(':');
  const back = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : 8 - front.length - back.length;
  return `${[...front, ...Array<string>(zeros).fill('0'), ...back].slice(0, 4).join(':')}::/64`;
};
