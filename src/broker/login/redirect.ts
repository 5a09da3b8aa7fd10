import { Secret } from '../../domain/secret.ts';
import { LoginFailure } from './login-failure.ts';

/**
 * True for the redirect URI itself and for what follows it with a query or a fragment. Addresses are compared as a
 * browser writes them (`https://x` becomes `https://x/`), a slash at the end of the path aside, and a query that was
 * registered must be in it.
 */
export const isRedirect = (address: string, redirectUri: string): boolean => {
  if (!URL.canParse(address) || !URL.canParse(redirectUri)) return false;
  const [actual, registered] = [new URL(address), new URL(redirectUri)];
  if (actual.origin !== registered.origin || pathOf(actual) !== pathOf(registered)) return false;
  return [...registered.searchParams].every(([name, value]) =>
    actual.searchParams.getAll(name).includes(value),
  );
};

const pathOf = ({ pathname }: URL): string => pathname.replace(/\/$/, '');

/** Reads the code out of the redirect, after the `state` we sent has come back. */
export const readRedirect = (address: string, state: string): Secret => {
  const { searchParams } = new URL(address);
  const error = searchParams.get('error');
  if (error !== null) {
    const shown = error.replace(/\W+/g, ' ').slice(0, 80);
    throw new LoginFailure('APP_REJECTED', `The broker redirected with the error ${shown}.`);
  }
  if (searchParams.get('state') !== state) {
    throw new LoginFailure(
      'PAGE_CHANGED',
      'The redirect did not bring back the state that was sent, so its code is not used.',
    );
  }
  const code = searchParams.get('code');
  if (code === null || code === '') throw new LoginFailure('PAGE_CHANGED', 'The redirect carried no code.');
  return new Secret(code);
};
