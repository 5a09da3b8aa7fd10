import type { Page, Request } from 'playwright';

/**
 * Requests to the page's own site that may have carried what was typed, though it is not found in them: a hash of it, say.
 * What a page reports beside a value that left readably elsewhere is small talk, and is not counted again.
 */
export class UnreadRequests {
  readonly #pending = new Set<Request>();
  readonly #smallTalk = new Set<string>();
  /** Places that the page asked before. */
  readonly #known = new Set<string>();
  /** What it sent over sockets while nothing was typed, numbers left out. */
  readonly #talk = new Set<string>();
  /** Where they went since the last value was about to be typed. */
  #places: string[] = [];
  #count = 0;
  #calmAt = Number.NEGATIVE_INFINITY;

  get count(): number {
    return this.#count;
  }

  /** One of them is not answered yet. */
  get isPending(): boolean {
    return this.#pending.size > 0;
  }

  /** When the last of them was answered, on the clock of `performance.now()`. */
  get calmAt(): number {
    return this.#calmAt;
  }

  begin(): void {
    this.#places = [];
  }

  /** What the page loads before anything is typed. */
  noteBefore(request: Request): void {
    this.#known.add(placeOf(request));
  }

  /** True when it is one of them. */
  note(request: Request, page: Page): boolean {
    const place = placeOf(request);
    if (!this.#mayCarry(request, page) || this.#smallTalk.has(place)) return false;
    this.#count += 1;
    this.#places.push(place);
    this.#pending.add(request);
    return true;
  }

  /** In the address only where the page has not asked for the like before. */
  #mayCarry(request: Request, page: Page): boolean {
    if (!isOwnSite(request, page)) return false;
    const kind = request.resourceType();
    if (request.method() !== 'GET') return ['document', 'xhr', 'fetch', 'ping'].includes(kind);
    const isAsked = ['xhr', 'fetch', 'script', 'ping'].includes(kind);
    return isAsked && new URL(request.url()).search !== '' && !this.#known.has(placeOf(request));
  }

  /** Notes what the page sends over its sockets, too; what it sends again and again is no value. */
  listen(page: Page, isTyping: () => boolean, onNoted: () => void): void {
    page.on('websocket', (socket) => {
      if (siteOf(socket.url()) !== siteOf(page.url())) return;
      socket.on('framesent', ({ payload }) => {
        const shape = payload.toString().replace(/\d+/g, '#');
        if (!isTyping()) this.#talk.add(shape);
        if (this.#talk.has(shape)) return;
        this.#count += 1;
        this.#calmAt = performance.now();
        onNoted();
      });
    });
  }

  /** True when it was one of them, and is answered or broken off. */
  settle(request: Request): boolean {
    if (!this.#pending.delete(request)) return false;
    this.#calmAt = performance.now();
    return true;
  }

  /** The value has left readably in this request: whatever else was sent did not carry it. */
  excuse(request: Request): void {
    for (const place of this.#places) if (place !== placeOf(request)) this.#smallTalk.add(place);
  }
}

const placeOf = (request: Request): string => {
  const { host, pathname } = new URL(request.url());
  return `${host}${pathname}`;
};

/** The broker's pages and their API lie under one registered name, on one host or several. */
export const isOwnSite = (request: Request, page: Page): boolean =>
  siteOf(request.url()) === siteOf(page.url());

/** Addresses of one party: its registered name, or the host itself where it has none. */
export const siteOf = (address: string): string => {
  const { hostname } = new URL(address);
  return /[a-z]$/.test(hostname) ? hostname.split('.').slice(-2).join('.') : hostname;
};
