import type { CombinedError } from '@urql/core';

/** Why something was not done, in the server's words. */
export interface Refused {
  readonly code: string;
  readonly message: string;
  readonly nextAction: string | null;
}

export const toRefusal = (error: CombinedError): Refused => {
  const [first] = error.graphQLErrors;
  if (first === undefined)
    return {
      code: 'NETWORK',
      message: 'The server did not answer.',
      nextAction: 'Check that vega-auth runs; what was sent may have been done all the same.',
    };
  const { code, nextAction } = first.extensions as { code?: unknown; nextAction?: unknown };
  return {
    code: typeof code === 'string' ? code : 'UNKNOWN',
    message: first.message,
    // What was typed is wrong: the message says it all, and the advice is for programs.
    nextAction: code !== 'BAD_USER_INPUT' && typeof nextAction === 'string' ? nextAction : null,
  };
};
