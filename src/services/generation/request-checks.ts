import { SealError } from '../../db/vault.ts';
import type { ApiConfig } from '../../domain/api-config.ts';
import type { GenerationRequest } from '../../domain/decision.ts';
import { Refusal } from '../../domain/refusal.ts';

export const refuseUnknownNames = (request: GenerationRequest, enabled: readonly ApiConfig[]): void => {
  const unknown = request.apiNames.filter((name) => !enabled.some(({ apiName }) => apiName === name));
  if (unknown.length === 0) return;
  throw new Refusal(
    'BAD_USER_INPUT',
    `${unknown.join(', ')} is not configured or not enabled.`,
    `Use one of ${enabled.map(({ apiName }) => apiName).join(', ')}, or configure it.`,
  );
};

/** A client secret that does not open would be found out only after an OTP and a PIN were spent. */
export const refuseUnreadable = (apis: readonly ApiConfig[]): void => {
  for (const { apiName, clientSecret } of apis) {
    try {
      clientSecret.reveal();
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      throw new Refusal(
        'SECRET_UNREADABLE',
        `The client secret of ${apiName} cannot be opened: ${error.message}`,
        'Save the client secret again with saveApiConfig.',
      );
    }
  }
};
