import type { Secret } from '../domain/secret.ts';

/**
 * Ends a token at the broker. True when it is dead now: ended, or dead before (401).
 * Source: Upstox developer documentation, "Logout".
 */
export const revokeToken = async (
  apiBaseUrl: string,
  accessToken: Secret,
  timeoutMs: number,
): Promise<boolean> => {
  try {
    const response = await fetch(`${apiBaseUrl}/v2/logout`, {
      method: 'DELETE',
      headers: { accept: 'application/json', authorization: `Bearer ${accessToken.reveal()}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.arrayBuffer();
    return response.status === 200 || response.status === 401;
  } catch {
    return false;
  }
};
