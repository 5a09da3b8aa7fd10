import { forgetPageKey, pageKeyHeaders, storePageKey } from './page-key.ts';
import { toVegaError, VegaError } from './vega-error.ts';

/** Logs the browser in with a key of the role OPERATOR or VIEWER; a cookie and a page key stand for it from then on. */
export const openSession = async (key: string): Promise<void> => {
  let response: Response;
  try {
    response = await fetch('/login', { method: 'POST', headers: { authorization: `Bearer ${key}` } });
  } catch (error) {
    const nextAction = 'Check that the server runs.';
    throw new VegaError('NETWORK', 'The server did not answer.', { nextAction, cause: error });
  }
  if (response.ok) {
    storePageKey(response);
    return;
  }
  const { error } = (await response.json()) as {
    error: { code: string; message: string; nextAction: string };
  };
  throw toVegaError([{ message: error.message, extensions: error }], response.status);
};

/** Logs this browser out: both halves of its session are gone, here and on the server. */
export const closeSession = async (): Promise<void> => {
  await fetch('/login', { method: 'DELETE', headers: pageKeyHeaders() });
  forgetPageKey();
};
