import { type FailureCode, failureOfBrokerCode } from '../../domain/run/failure.ts';
import { Secret } from '../../domain/secret.ts';
import { LoginFailure } from './login-failure.ts';
import { refusalInText } from './page/page-kind.ts';
import { quote } from './page/quote.ts';
import { waitSaid } from './page/wait-said.ts';

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

/** Errors of the redirect that concern the app. Source: RFC 6749, section 4.1.2.1, and what servers make of it. */
const OF_APP =
  /\b(?:access_denied|unauthorized_client|invalid_(?:client|request|scope|redirect_uri)|unsupported_response_type)\b/;
const OF_BROKER = /\b(?:server_error|temporarily_unavailable)\b/;
const OF_PERSON = /_(?:required|selection_required)\b/;
const OF_HASTE = /too_many|rate_?limit|slow_down|throttl/;

/** An error that is not known here blames nobody. */
const codeOfErrors = (errors: readonly string[]): FailureCode => {
  for (const error of errors) {
    const known = failureOfBrokerCode(error);
    if (known !== undefined) return known;
  }
  const [error = ''] = errors;
  if (OF_APP.test(error)) return 'APP_REJECTED';
  if (OF_BROKER.test(error)) return 'BROKER_UNREACHABLE';
  if (OF_HASTE.test(error)) return 'THROTTLED';
  return OF_PERSON.test(error) ? 'ACTION_REQUIRED' : 'PAGE_CHANGED';
};

/** Reads the code out of the redirect, after the `state` we sent has come back. */
export const readRedirect = (address: string, state: string): Secret => {
  const { searchParams } = new URL(address);
  const error = searchParams.get('error');
  // An error need not bring the state, but one with another state answers somebody else.
  const isOfOthers = (searchParams.get('state') ?? state) !== state;
  if (error !== null && error !== '' && !isOfOthers) {
    // A code that is known is no number of the account.
    const isKnown = failureOfBrokerCode(error) !== undefined;
    const shown = isKnown ? error : quote(error.replace(/[^\p{L}\p{N}]+/gu, ' ')).slice(0, 80);
    const told = [error, ...['error_code', 'errorCode'].flatMap((name) => searchParams.getAll(name))];
    const description = searchParams.get('error_description') ?? '';
    const restMs = waitSaid(description, new Date());
    // The last thing that was entered is the PIN.
    const said = refusalInText('PIN', description);
    const code = said?.code === 'CREDENTIALS_REJECTED' ? said.code : codeOfErrors(told);
    throw new LoginFailure(code, `The broker redirected with the error ${shown}.`, {
      restMs: restMs === 0 ? null : restMs,
    });
  }
  if (searchParams.get('state') !== state) {
    throw new LoginFailure(
      'PAGE_CHANGED',
      'The redirect did not bring back the state that was sent, so its code is not used.',
    );
  }
  const [code = '', ...further] = searchParams.getAll('code');
  if (code === '' || further.length > 0)
    throw new LoginFailure(
      'PAGE_CHANGED',
      `The redirect carried ${code === '' ? 'no code' : 'several codes'}.`,
    );
  return new Secret(code);
};
