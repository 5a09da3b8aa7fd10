import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { HttpRequest } from './http-request.ts';

/**
 * Where a request comes from, as guesses are counted. A trusted proxy adds whom it was asked by at the end of
 * `X-Forwarded-For`; what stands before that anybody can write, and what is no address is not believed.
 */
export const clientAddressOf = (request: HttpRequest, trustsProxy: boolean): string => {
  const forwarded = trustsProxy ? request.header('x-forwarded-for')?.split(',').at(-1) : undefined;
  return groupOf(forwarded ?? '') ?? groupOf(request.message.socket.remoteAddress ?? '') ?? 'unknown';
};

/** One machine has every address of its loopback network, and usually 2^64 of IPv6: they count as one. */
const groupOf = (text: string): string | null => {
  const bare = text
    .trim()
    .replace(/^\[([^\]]*)\](?::\d+)?$/, '$1')
    .replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1')
    .replace(/%.*$/, '');
  if (isIP(bare) === 0) return null;
  const address = ipaddr.process(bare);
  if (address.range() === 'loopback') return 'loopback';
  return address instanceof ipaddr.IPv6
    ? ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`).toString()
    : address.toString();
};
