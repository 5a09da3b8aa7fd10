import type { HolidayRow } from './api/holiday-row.ts';

export type ProfileFault =
  | 'none'
  | 'unauthorized'
  | 'forbidden'
  | 'rate-limited'
  | 'server-error'
  | 'hang'
  | 'cloudflare-html'
  | 'not-a-profile'
  | 'reset'
  | 'wrong-user';

export type TokenFault = 'none' | 'server-error' | 'hang' | 'cloudflare-html';

export type MarketDataFault =
  | 'none'
  | 'gateway-forbidden'
  | 'rate-limited'
  | 'server-error'
  | 'hang'
  | 'not-market-data';

export type CalendarFault = 'none' | 'nonsense' | 'empty' | 'hang' | 'server-error' | 'cloudflare-html';

/** What befalls a call for funds, an option chain or the address of the feed. */
export type ServiceFault =
  | 'none'
  | 'unauthorized'
  | 'forbidden'
  | 'gateway-forbidden'
  | 'rate-limited'
  | 'service-closed'
  | 'server-error'
  | 'cloudflare-html'
  | 'nonsense'
  | 'hang'
  | 'reset';

/** What befalls a feed whose address was given: the handshake is refused, or the socket is of no use. */
export type FeedFault =
  | 'none'
  | 'handshake-forbidden'
  | 'handshake-error'
  | 'handshake-page'
  | 'handshake-gateway-text'
  | 'handshake-gateway-json'
  | 'handshake-problem'
  | 'handshake-envelope'
  | 'handshake-unfinished'
  | 'handshake-endless'
  | 'hang'
  | 'close-at-once'
  | 'closed-market'
  | 'never-closes';

/** What goes wrong right now; a test turns these while the broker runs. */
export interface Faults {
  /** Every connection is destroyed without an answer. */
  down: boolean;
  profile: ProfileFault;
  /** By client id; stronger than `profile`. */
  readonly profileByClient: Map<string, ProfileFault>;
  profileDelayMs: number;
  token: TokenFault;
  /** The status that the Cloudflare page comes with: 403, 429, 503, even 200 have been seen. */
  cloudflareStatus: number;
  /** Whether the mobile step asks for a human; set to false, a page that already waits goes on. */
  captcha: boolean;
  /** What every OTP request is refused with, in words of the broker's own. */
  otpRefusal: { readonly code: number; readonly message: string } | null;
  marketData: MarketDataFault;
  calendar: CalendarFault;
  funds: ServiceFault;
  optionChain: ServiceFault;
  feedAuthorize: ServiceFault;
  feed: FeedFault;
  /** By client id; stronger than `feed`. */
  readonly feedByClient: Map<string, FeedFault>;
  /** What the broker has changed in its holiday list since, by date; null takes the day out of it. */
  readonly calendarChanges: Map<string, HolidayRow | null>;
}

export function noFaults(): Faults {
  return {
    down: false,
    profile: 'none',
    profileByClient: new Map(),
    profileDelayMs: 0,
    token: 'none',
    cloudflareStatus: 403,
    captcha: false,
    otpRefusal: null,
    marketData: 'none',
    calendar: 'none',
    funds: 'none',
    optionChain: 'none',
    feedAuthorize: 'none',
    feed: 'none',
    feedByClient: new Map(),
    calendarChanges: new Map(),
  };
}
