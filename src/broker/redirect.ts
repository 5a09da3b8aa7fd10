import { Secret } from '../domain/secret.ts';
import { LoginFailure } from './login-failure.ts';

/** True for the redirect URI itself and for what follows it with a query or a fragment. */
export const isRedirect = (address: string, redirectUri: string): boolean => {
  if (!address.startsWith(redirectUri)) return false;
  const rest = address.slice(redirectUri.length);
  return rest === '' || /^[?&#]/.test(rest) || (redirectUri.includes('?') && rest.startsWith('&'));
};

/** Reads the code out of the redirect, after the `state` we sent has come back. */
export const readRedirect = (address: string, state: string): Secret => {
  const { searchParams } = new URL(address);
  const error = searchParams.get('error');
  if (error !== null) {
    throw new LoginFailure(
      'APP_REJECTED',
      `The broker redirected with the error ${error.replace(/\W+/g, ' ').slice(0, 80)}.`,
    );
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
