/** What a run waits for before it goes on with the browser. */
export const BROWSER_WAITS = [
  'TURN',
  'OTP_SPACING',
  'TOTP_STEP',
  'COOLDOWN',
  'PERSON',
  'OTHER_PROCESS',
] as const;
export type BrowserWait = (typeof BROWSER_WAITS)[number];

/** The waits during which a login gives the browser to other runs. */
export type LoginWait = Extract<BrowserWait, 'OTP_SPACING' | 'TOTP_STEP'>;
