import type { SimulatedApp } from '../account.ts';
import { randomText } from '../random-text.ts';

export interface OAuthRequest {
  readonly app: SimulatedApp;
  readonly state: string | null;
}

interface Grant {
  readonly app: SimulatedApp;
  readonly grantedAt: number;
}

/** What the dialog was asked, until it is granted; and the codes that came of it, until they are redeemed. */
export class OAuthRequests {
  readonly #open = new Map<string, OAuthRequest>();
  readonly #grants = new Map<string, Grant>();
  readonly #codeLifetimeMs: number;

  constructor(codeLifetimeMs: number) {
    this.#codeLifetimeMs = codeLifetimeMs;
  }

  open(request: OAuthRequest): string {
    const requestId = `WPRO-${randomText(10)}`;
    this.#open.set(requestId, request);
    return requestId;
  }

  find(requestId: string | null | undefined): OAuthRequest | undefined {
    return requestId ? this.#open.get(requestId) : undefined;
  }

  /** One request, one code. */
  grant(requestId: string, request: OAuthRequest, now: number): string {
    const code = randomText(6);
    this.#open.delete(requestId);
    this.#grants.set(code, { app: request.app, grantedAt: now });
    return code;
  }

  /** A code is gone with the first attempt, whatever comes of it. */
  redeem(code: string, now: number): SimulatedApp | undefined {
    const grant = this.#grants.get(code);
    this.#grants.delete(code);
    return grant !== undefined && now - grant.grantedAt < this.#codeLifetimeMs ? grant.app : undefined;
  }
}
