import type { LoginSession } from '../../broker/login/login-session.ts';
import type { BrowserHost } from './browser-host.ts';

/**
 * The browser session of one run. It stays open over the run's pauses, in memory alone, so that a broker which remembers
 * the first factor is not asked for a second OTP; it ends with the run.
 */
export class RunSession implements AsyncDisposable {
  readonly #host: BrowserHost;
  #session: LoginSession | null = null;

  constructor(host: BrowserHost) {
    this.#host = host;
  }

  /** The session as the run has left it; a new one where that is gone, because its browser died or had to make way. */
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
