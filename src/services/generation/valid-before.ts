import type { Job } from '../runs/job.ts';
import type { KnownToken } from '../tokens/token-verifier.ts';

/** The tokens of the user's table that work, and that no other role shares. */
export const validTokens = (known: readonly KnownToken[]): Job['validBefore'] =>
  known.flatMap(({ role, check, token }) =>
    check.verdict === 'VALID' &&
    token !== undefined &&
    role.source?.kind === 'TABLE' &&
    role.sharedWith === null
      ? { apiName: token.apiName, fingerprint: token.fingerprint }
      : [],
  );
