import { createHmac, randomBytes } from 'node:crypto';

const day = 86_400_000;
/** 03:30 in India is 22:00 in UTC. */
const boundary = 22 * 3_600_000;

/** What a token is for: trading until 03:30 IST, or reading for a year. */
export type TokenKind = 'TRADING' | 'ANALYTICS' | 'EXTENDED';

export interface IssuedToken {
  readonly kind: TokenKind;
  readonly clientId: string;
  readonly userId: string;
  readonly expiresAt: number;
}

/** The next 03:30 IST strictly after the given instant. */
export function nextExpiry(issuedAt: number): number {
  return Math.floor((issuedAt - boundary) / day) * day + day + boundary;
}

/** Issues tokens shaped and signed as the broker's, and knows which of them still live. */
export class AccessTokens {
  readonly #key = randomBytes(32);
  readonly #live = new Map<string, IssuedToken>();

  issue(clientId: string, userId: string, issuedAt: number, kind: TokenKind = 'TRADING'): string {
    const expiresAt = kind === 'TRADING' ? nextExpiry(issuedAt) : nextExpiry(issuedAt + 364 * day);
    const token = this.#sign({
      sub: userId,
      jti: randomBytes(12).toString('hex'),
      isMultiClient: false,
      isPlusPlan: false,
      iat: Math.floor(issuedAt / 1000),
      iss: 'udapi-gateway-service',
      exp: expiresAt / 1000,
    });
    this.#live.set(token, { kind, clientId, userId, expiresAt });
    return token;
  }

  find(token: string, now: number): IssuedToken | undefined {
    const issued = this.#live.get(token);
    return issued !== undefined && now < issued.expiresAt ? issued : undefined;
  }

  revoke(token: string): void {
    this.#live.delete(token);
  }

  revokeWhere(isRevoked: (issued: IssuedToken) => boolean): void {
    for (const [token, issued] of this.#live) if (isRevoked(issued)) this.#live.delete(token);
  }

  #sign(claims: Record<string, unknown>): string {
    const header = { typ: 'JWT', key_id: 'sk_v1.0', alg: 'HS256' };
    const content = [header, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = createHmac('sha256', this.#key).update(content).digest('base64url');
    return `${content}.${signature}`;
  }
}
