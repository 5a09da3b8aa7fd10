import { readAddress, type StaticAddresses } from '../domain/net/static-addresses.ts';

/** The broker registers a primary address and a secondary one. */
const MOST = 2;

/** `UPSTOX_01=203.0.113.7+203.0.113.8,UPSTOX_02=203.0.113.9`; null where it is written otherwise. */
export const readStaticAddresses = (value: string): readonly StaticAddresses[] | null => {
  const parts = value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const read = parts.map(readOne);
  const known = read.filter((one) => one !== null);
  const ids = new Set(known.map(({ accountId }) => accountId));
  return known.length === parts.length && ids.size === parts.length ? known : null;
};

const readOne = (part: string): StaticAddresses | null => {
  const [, accountId, list = ''] = /^(\w+)\s*=\s*(\S.*)$/.exec(part) ?? [];
  const read = list.split('+').map(readAddress);
  const addresses = read.filter((address) => address !== null);
  if (accountId === undefined || addresses.length !== read.length || addresses.length > MOST) return null;
  return { accountId, addresses };
};
