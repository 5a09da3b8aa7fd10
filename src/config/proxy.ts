import type { ProxySettings } from '../domain/net/proxy.ts';
import { isWebAddress } from '../domain/net/web-address.ts';
import { Secret } from '../domain/secret.ts';
import type { ConfigProblem, Env, Reading } from './reading.ts';

/** A `%` in a password has to be written as `%25`. */
const isDecodable = ({ username, password }: URL): boolean => {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
};

/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY as other programs read them, in capitals or not; small letters win. */
export const readProxy = (env: Env): Reading<ProxySettings | null> => {
  const textOf = (name: string): string | null =>
    env[name.toLowerCase()]?.trim() || env[name]?.trim() || null;
  const problems: ConfigProblem[] = [];
  const addressOf = (variable: string): Secret | null => {
    const value = textOf(variable);
    if (value === null) return null;
    const address = value.includes('://') ? value : `http://${value}`;
    if (isWebAddress(address) && isDecodable(new URL(address))) return new Secret(address);
    problems.push({ variable, message: 'should be the address of an HTTP proxy, such as http://proxy:3128' });
    return null;
  };
  const [https, http] = [addressOf('HTTPS_PROXY'), addressOf('HTTP_PROXY')];
  if (https === null && http === null) return { value: null, problems };
  const direct = (textOf('NO_PROXY') ?? '').split(/[\s,]+/).filter((host) => host !== '');
  return { value: { https, http, direct }, problems };
};
