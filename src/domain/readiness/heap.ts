/** Gives out the least item first; adding and taking one costs as much as the logarithm of how many there are. */
export class Heap<Item> {
  readonly #items: Item[] = [];
  readonly #compare: (one: Item, other: Item) => number;

  constructor(compare: (one: Item, other: Item) => number, items: readonly Item[] = []) {
    this.#compare = compare;
    for (const item of items) this.push(item);
  }

  /** The least item, which stays. */
  get first(): Item | undefined {
    return this.#items[0];
  }

  push(item: Item): void {
    let place = this.#items.push(item) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#items[parent] as Item;
      if (this.#compare(item, above) >= 0) break;
      this.#items[place] = above;
      place = parent;
    }
    this.#items[place] = item;
  }

  pop(): Item | undefined {
    const { first } = this;
    const last = this.#items.pop();
    if (this.#items.length > 0 && last !== undefined) this.#sink(last);
    return first;
  }

  /** Puts an item at the root and lets it down to where it belongs. */
  #sink(item: Item): void {
    const items = this.#items;
    let place = 0;
    for (let child = 1; child < items.length; child = 2 * place + 1) {
      const right = child + 1;
      if (right < items.length && this.#compare(items[right] as Item, items[child] as Item) < 0)
        child = right;
      if (this.#compare(items[child] as Item, item) >= 0) break;
      items[place] = items[child] as Item;
      place = child;
    }
    items[place] = item;
  }
}
