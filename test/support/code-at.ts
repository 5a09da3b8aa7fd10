import { totpCode } from '../../src/broker/login/totp.ts';
import { isTotpCommand, type TotpSource } from '../../src/domain/account/totp-command.ts';
import { timeStepAt } from '../../src/domain/account/totp-secret.ts';
import type { Secret } from '../../src/domain/secret.ts';

/** The code of a secret at a moment. */
export const codeAt = (source: TotpSource, now: Date): Secret => {
  if (isTotpCommand(source)) throw new Error('this account has no TOTP secret');
  return totpCode(source, timeStepAt(source, now));
};
