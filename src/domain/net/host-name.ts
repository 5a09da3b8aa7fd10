/** A host as an address names it: in small letters, IPv6 in brackets, without the dot of the root; null for none. */
export interface HostName {
  readonly name: string;
  /** With the port, where it is not the usual one. */
  readonly host: string;
}

/** Letters that would end the host within an address. */
const NO_HOST = /[\s@/?#\\%]|[^\u0020-\u007e]/;

/** Reads a Host header, or what was configured as a host. */
export const readHost = (text: string): HostName | null => {
  const bracketed = /^[\da-f]*:[\da-f:.]*:[\da-f.]*$/i.test(text) ? `[${text}]` : text;
  const address = `http://${bracketed}`;
  if (NO_HOST.test(text) || text === '' || !URL.canParse(address)) return null;
  const { hostname, port } = new URL(address);
  const name = hostname.replace(/\.$/, '');
  return name === '' ? null : { name, host: port === '' ? name : `${name}:${port}` };
};

/** The name of a host that was configured; null where there is none, or a port, too. */
export const readHostName = (text: string): string | null =>
  /^[^:]*:[^:]*$|\]:/.test(text) ? null : (readHost(text)?.name ?? null);

/** Whether a name from `readHost` means this machine and nothing else. */
export const isLoopback = (name: string): boolean =>
  name === 'localhost' || name === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(name);
