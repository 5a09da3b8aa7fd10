import type { StoredEvent } from '../../domain/event.ts';

/** How many ids a page holds. Readers read up to the end of a page, so that those who are near each other soon read the same. */
export const PAGE = 64;
/** How many pages are remembered. */
const CAPACITY = 32;

type Read = (after: number, limit: number) => Promise<readonly StoredEvent[]>;

/** How many ids there are from behind this one to the end of its page. */
export const restOfPage = (after: number): number => PAGE - (after % PAGE);

/**
 * The history in the database by pages of ids. A page is read once for everybody who catches up, and they are given
 * the very same events, so that what is said about one is worked out once, too.
 */
export class EventPages {
  readonly #read: Read;
  readonly #pages = new Map<number, Promise<readonly StoredEvent[]>>();

  constructor(read: Read) {
    this.#read = read;
  }

  /** What there is behind an id, up to the end of its page or to `lastId`. */
  async behind(after: number, lastId: number): Promise<readonly StoredEvent[]> {
    const page = await this.#page(after - (after % PAGE), lastId);
    return page.filter(({ id }) => id > after && id <= lastId);
  }

  #page(start: number, lastId: number): Promise<readonly StoredEvent[]> {
    const known = this.#pages.get(start);
    if (known !== undefined) return known;
    const page = this.#read(start, PAGE).then((events) => events.filter(({ id }) => id <= start + PAGE));
    // Only what nothing is added to any more is remembered.
    if (lastId >= start + PAGE) this.#remember(start, page);
    return page;
  }

  #remember(start: number, page: Promise<readonly StoredEvent[]>): void {
    this.#pages.set(start, page);
    page.catch(() => this.#pages.delete(start));
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > CAPACITY && oldest !== undefined) this.#pages.delete(oldest);
  }
}
