import type { Spacing } from './otp-pace.ts';

/** The account may request its next OTP only later: nothing was submitted, and its page need not stay open meanwhile. */
export class OtpSpacing extends Error {
  readonly spacing: Spacing;

  constructor(spacing: Spacing) {
    super(`The next OTP may be requested in ${Math.ceil(spacing.restMs / 1000)} s.`);
    this.name = 'OtpSpacing';
    this.spacing = spacing;
  }
}
