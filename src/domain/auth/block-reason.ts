import type { QuarantineCode } from '../run/consequence.ts';

/** Why nothing moves for an account. */
export const BLOCK_REASONS = [
  'CAPTCHA',
  'COOLDOWN',
  'CREDENTIALS_REJECTED',
  'APP_REJECTED',
  'PAGE_CHANGED',
  'BROKER_UNREACHABLE',
  'DATABASE',
  'BROWSER_BUSY',
  'ACTION_REQUIRED',
  'MOBILE_REJECTED',
  'MAINTENANCE',
  'TOKENS_END_EACH_OTHER',
] as const;
export type BlockReason = (typeof BLOCK_REASONS)[number];

/** What a quarantine is told as. A second code of this kind has to be stored with the account before it can be told apart. */
export const QUARANTINES: Readonly<Record<QuarantineCode, BlockReason>> = {
  CREDENTIALS_REJECTED: 'CREDENTIALS_REJECTED',
};

export const isQuarantine = (reason: BlockReason | null): boolean =>
  Object.values(QUARANTINES).some((one) => one === reason);
