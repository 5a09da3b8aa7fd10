/** The addresses that an account may place orders from: the primary one, and a second one if there is one. */
export interface StaticAddresses {
  readonly accountId: string;
  readonly addresses: readonly string[];
}

/** Addresses that are named for more than one account, with those accounts: the broker gives an address to one customer. */
export const sharedAddresses = (
  all: readonly StaticAddresses[],
): readonly { readonly address: string; readonly accountIds: readonly string[] }[] => {
  const addresses = [...new Set(all.flatMap((one) => one.addresses))];
  return addresses
    .map((address) => {
      const accountIds = all
        .filter((one) => one.addresses.includes(address))
        .map(({ accountId }) => accountId);
      return { address, accountIds };
    })
    .filter(({ accountIds }) => accountIds.length > 1);
};

/** In the one spelling that can be compared; null for what is no address. */
export const readAddress = (text: string): string | null => {
  const address = text.trim();
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address))
    return address.split('.').every((part) => Number(part) <= 255 && String(Number(part)) === part)
      ? address
      : null;
  if (!address.includes(':') || !/^[\da-fA-F:.]+$/.test(address)) return null;
  return URL.canParse(`http://[${address}]`) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : null;
};
