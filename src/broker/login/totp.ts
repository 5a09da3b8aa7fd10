import { createGuardrails, generateSync } from 'otplib';
import { type TotpSecret, timeStepStart } from '../../domain/account/totp-secret.ts';
import { Secret } from '../../domain/secret.ts';

/** Brokers hand out secrets of 16 base32 letters, which are 10 bytes; the library's own limit is 16 bytes. */
const guardrails = createGuardrails({ MIN_SECRET_BYTES: 10 });

export const totpCode = (totp: TotpSecret, timeStep: number): Secret => {
  try {
    return new Secret(
      generateSync({
        secret: totp.secret.reveal(),
        epoch: timeStepStart(totp, timeStep).getTime() / 1000,
        period: totp.periodSeconds,
        digits: totp.digits,
        algorithm: totp.algorithm,
        guardrails,
      }),
    );
  } catch {
    // The library quotes letters of the secret in its message, so neither message nor cause goes on.
    throw new Error('The TOTP secret cannot be used to make a code.');
  }
};
