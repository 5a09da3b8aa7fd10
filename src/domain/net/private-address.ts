/** The bits of a network and how many of them count. */
type Network = readonly [address: number, bits: number];

/** IPv4 networks that lie on this machine, beside it, or nowhere in the public net (RFC 6890 and the like). */
const NETWORKS: readonly Network[] = [
  [0x00_00_00_00, 8],
  [0x0a_00_00_00, 8],
  [0x64_40_00_00, 10],
  [0x7f_00_00_00, 8],
  [0xa9_fe_00_00, 16],
  [0xac_10_00_00, 12],
  [0xc0_00_00_00, 24],
  [0xc0_a8_00_00, 16],
  [0xc6_12_00_00, 15],
  [0xe0_00_00_00, 3],
];

/** Names that stand for this machine or one beside it, wherever they are looked up. */
const LOCAL_NAME = /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|lan|home|corp|home\.arpa)$/;

/**
 * Whether a host, as `URL.hostname` writes it, is this machine or one of its own network: loopback, link-local, private,
 * shared, multicast. `URL` has put every spelling of an IPv4 address into dots by then. What a public name resolves to
 * cannot be known here.
 */
export const isPrivateHost = (hostname: string): boolean => {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  if (host.startsWith('[')) return isPrivateV6(toGroups(host.slice(1, -1)));
  const octets = host.split('.');
  if (octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet))) {
    return isPrivateV4(octets.reduce((address, octet) => address * 256 + Number(octet), 0));
  }
  // A name without a dot is looked up in the machine's own network.
  return !host.includes('.') || LOCAL_NAME.test(host);
};

/** The same of an address that a name was resolved to; an IPv6 one may name its interface. */
export const isPrivateAddress = (address: string): boolean => {
  const [plain = ''] = address.split('%');
  // `URL` writes an address in the one way that is judged.
  return isPrivateHost(new URL(`http://${plain.includes(':') ? `[${plain}]` : plain}`).hostname);
};

const isPrivateV4 = (address: number): boolean =>
  NETWORKS.some(([network, bits]) => Math.floor(address / 2 ** (32 - bits)) === network / 2 ** (32 - bits));

const isPrivateV6 = (groups: readonly number[]): boolean => {
  const [first = 0, second = 0, third = 0] = groups;
  const startsWith = (...start: readonly number[]) => start.every((group, index) => groups[index] === group);
  const v4At = (index: number) => (groups[index] ?? 0) * 65_536 + (groups[index + 1] ?? 0);
  // Unspecified, loopback, and IPv4 addresses inside IPv6 ones: compatible, mapped, translated, NAT64, 6to4.
  if (startsWith(0, 0, 0, 0, 0, 0)) return groups[6] === 0 || isPrivateV4(v4At(6));
  if (startsWith(0, 0, 0, 0, 0, 0xffff) || startsWith(0, 0, 0, 0, 0xffff, 0)) return isPrivateV4(v4At(6));
  if (startsWith(0x64, 0xff9b, 0, 0, 0, 0)) return isPrivateV4(v4At(6));
  if (first === 0x64 && second === 0xff9b && third === 1) return true;
  if (first === 0x2002) return isPrivateV4(v4At(1));
  // Unique local, link-local, site-local, multicast.
  return (first & 0xfe00) === 0xfc00 || (first & 0xff80) === 0xfe80 || (first & 0xff00) === 0xff00;
};

/** The eight groups of an IPv6 address, which `URL` writes without dots. */
const toGroups = (address: string): readonly number[] => {
  const [head = '', tail] = address.split('::');
  const parse = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [start, end] = [parse(head), parse(tail ?? '')];
  return [...start, ...Array.from({ length: Math.max(0, 8 - start.length - end.length) }, () => 0), ...end];
};
