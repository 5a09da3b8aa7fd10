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
