import type { StoredEvent } from '../../domain/events/event.ts';

/** How many ids a page holds. Readers read up to the end of a page, so that they soon read the same pages. */
export const PAGE = 64;
const CAPACITY = 32;

type Read = (after: number, limit: number) => Promise<readonly StoredEvent[]>;

/** How many ids there are after this one to the end of its page. */
export const restOfPage = (after: number): number => PAGE - (after % PAGE);

/**
 * The history in the database by pages of ids. A page is read once for all readers that catch up; they get the
 * same event objects, so that what is derived from one is computed once, too.
 */
export class EventPages {
  readonly #read: Read;
  readonly #pages = new Map<number, Promise<readonly StoredEvent[]>>();

  constructor(read: Read) {
    this.#read = read;
  }

  /** What there is after an id, up to the end of its page or to `lastId`. */
  async behind(after: number, lastId: number): Promise<readonly StoredEvent[]> {
    const page = await this.#page(after - (after % PAGE), lastId);
    return page.filter(({ id }) => id > after && id <= lastId);
  }

  #page(start: number, lastId: number): Promise<readonly StoredEvent[]> {
    const known = this.#pages.get(start);
    if (known !== undefined) return known;
    const page = this.#read(start, PAGE).then((events) => events.filter(({ id }) => id <= start + PAGE));
    // Only a full page is cached.
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
