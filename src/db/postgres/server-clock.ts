/** An answer that took longer says too little about when the server had read its clock. */
const TELLING_MS = 1000;

/**
 * The clock of the server, which all of its machines share, so that one whose own clock is wrong neither asks for an OTP too
 * early nor counts a token as valid. Between two answers of the server it goes on by this machine's monotonic clock.
 */
export class ServerClock {
  #offset: number;

  constructor() {
    this.#offset = Date.now() - performance.now();
  }

  readonly now = (): Date => new Date(Math.round(performance.now() + this.#offset));

  /** The server has shown `milliseconds` since 1970 in answer to a question that was asked at `askedAt` of `performance.now()`. */
  note(milliseconds: number, askedAt: number): void {
    const now = performance.now();
    if (now - askedAt > TELLING_MS) return;
    // It was read at some time in between.
    this.#offset = milliseconds - (askedAt + now) / 2;
  }
}
