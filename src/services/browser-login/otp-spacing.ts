/** The account may request its next OTP only later: nothing was submitted, and its page need not stay open meanwhile. */
export class OtpSpacing extends Error {
  /** Until the page is to be opened again, in milliseconds. */
  readonly restMs: number;

  constructor(restMs: number) {
    super(`The next OTP may be requested in ${Math.ceil(restMs / 1000)} s.`);
    this.name = 'OtpSpacing';
    this.restMs = restMs;
  }
}
