/** The moments of a run at which a crash is tested; the next start has to resume from each of them. */
export const CHECKPOINTS = [
  'RUN_STORED',
  'LOGIN_STARTED',
  'BROWSER_LAUNCHED',
  'SESSION_OPENED',
  'API_TAKEN_UP',
  'DIALOG_ENTERED',
  'TURN_GIVEN',
  'TURN_TAKEN',
  'OTP_REQUEST_RECORDED',
  'MOBILE_ENTERED',
  'MOBILE_SUBMITTED',
  'TIME_STEP_TAKEN',
  'OTP_ENTERED',
  'OTP_SUBMITTED',
  'PIN_RECORDED',
  'PIN_ENTERED',
  'PIN_SUBMITTED',
  'REDIRECT_ENTERED',
  'CODE_RECEIVED',
  'EXCHANGE_ENTERED',
  'CODE_RECORDED',
  'CODE_EXCHANGED',
  'STORE_ENTERED',
  'TOKEN_STORED',
  'VERIFY_ENTERED',
  'TOKEN_VERIFIED',
  'API_DONE',
  'API_FAILED',
  'BROWSER_CLOSED',
  'COOLDOWN_STORED',
  'COOLDOWN_OVER',
  'RUN_ENDED',
  'STATE_SETTLED',
] as const;

export type Checkpoint = (typeof CHECKPOINTS)[number];

/** Called when a checkpoint is reached. Does nothing outside of tests. */
export type CheckpointObserver = (checkpoint: Checkpoint) => void;
