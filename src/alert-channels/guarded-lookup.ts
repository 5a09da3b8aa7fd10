import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPrivateAddress } from '../domain/net/private-address.ts';

/** A name that leads to this machine or its own network, and is not allowed to. */
export class PrivateAddress extends Error {
  readonly code = 'PRIVATE_ADDRESS';

  constructor() {
    super('the name leads to a private address');
    this.name = 'PrivateAddress';
  }
}

export type Resolve = (hostname: string) => Promise<readonly dns.LookupAddress[]>;

export const resolveName: Resolve = (hostname) => dns.promises.lookup(hostname, { all: true });

/** The addresses of a host; none of them is private unless the host is allowed by name. */
export const resolvePublic = async (
  hostname: string,
  isAllowed: boolean,
  resolve: Resolve,
): Promise<readonly dns.LookupAddress[]> => {
  const addresses = await resolve(hostname.replace(/^\[|\]$/g, ''));
  if (!isAllowed && addresses.some(({ address }) => isPrivateAddress(address))) throw new PrivateAddress();
  return addresses;
};

/** For a socket: what was judged is what it connects to, so a name cannot change in between. */
export const guardedLookup =
  (isAllowed: boolean, resolve: Resolve): LookupFunction =>
  (hostname, options, callback) => {
    resolvePublic(hostname, isAllowed, resolve).then(
      (addresses) => {
        if (options.all === true) callback(null, [...addresses]);
        else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
