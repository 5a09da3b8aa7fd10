import type { LoginSession } from '../../broker/login/login-session.ts';
import type { BrowserHost } from './browser-host.ts';

/**
 * The browser session of one run. It stays open during the run's pauses, so that a broker which remembers the first
 * factor is not asked for a second OTP. It is kept in memory only, and closed when the run ends.
 */
export class RunSession implements AsyncDisposable {
  readonly #host: BrowserHost;
  #session: LoginSession | null = null;
  /** The broker has asked for an OTP though the session was kept: it will for the next app, too. */
  needsOtp = false;

  constructor(host: BrowserHost) {
    this.#host = host;
  }

  /** The session of the run; a new one if its browser was closed since. */
  async open(): Promise<LoginSession> {
    this.#session = await this.#host.open(this.#session);
    return this.#session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = this.#session;
    this.#session = null;
    if (session !== null) await this.#host.close(session);
  }
}
