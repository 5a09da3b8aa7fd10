import { toVegaError, VegaError } from './vega-error.ts';

/** Logs the browser in with a key of the role OPERATOR or VIEWER; a cookie stands for it from then on. */
export const openSession = async (key: string): Promise<void> => {
  let response: Response;
  try {
    response = await fetch('/login', { method: 'POST', headers: { authorization: `Bearer ${key}` } });
  } catch (error) {
    const nextAction = 'Check that the server runs.';
    throw new VegaError('NETWORK', 'The server did not answer.', { nextAction, cause: error });
  }
  if (response.ok) return;
  const { error } = (await response.json()) as {
    error: { code: string; message: string; nextAction: string };
  };
  throw toVegaError([{ message: error.message, extensions: error }], response.status);
};
