import { STARVED_AFTER_MS } from '../run/browser-turns.ts';
import { Heap } from './heap.ts';
import type { Turn } from './morning.ts';

interface Entry {
  readonly turn: Turn;
  /** Among equals, whoever came first goes first. */
  readonly number: number;
  isTaken: boolean;
}

const byReadiness = (one: Entry, other: Entry): number =>
  one.turn.readyAt - other.turn.readyAt || one.number - other.number;

const byRank = (one: Entry, other: Entry): number =>
  Number(other.turn.holdsPage) - Number(one.turn.holdsPage) ||
  rankOf(one) - rankOf(other) ||
  byReadiness(one, other);

const rankOf = ({ turn: { latestSafeStart } }: Entry): number => latestSafeStart ?? Number.MAX_SAFE_INTEGER;

/**
 * The runs that wait for a browser, given out in the order of `nextTurn`: of a thousand accounts each turn of each simulated
 * morning would otherwise look at all of them. The moments at which it is asked only rise.
 */
export class TurnQueue {
  readonly #waiting: Heap<Entry>;
  /** Those that can go on, by rank and by how long they have waited; what the one gives out is still in the other. */
  readonly #ranked = new Heap<Entry>(byRank);
  readonly #longest = new Heap<Entry>(byReadiness);
  #count: number;
  #pushed: number;

  constructor(turns: readonly Turn[]) {
    const entries = turns.map((turn, number) => ({ turn, number, isTaken: false }));
    this.#waiting = new Heap(byReadiness, entries);
    this.#count = entries.length;
    this.#pushed = entries.length;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  push(turn: Turn): void {
    this.#waiting.push({ turn, number: this.#pushed, isTaken: false });
    this.#pushed += 1;
    this.#count += 1;
  }

  /** Whether any of them can go on at that moment. */
  isAnyReady(at: number): boolean {
    return this.#earliest() <= at;
  }

  /** Who gets the browser that is free from then on; undefined when nobody waits. */
  take(freeAt: number): Turn | undefined {
    const at = Math.max(freeAt, this.#earliest());
    this.#admit(at);
    const [longest, ranked] = [top(this.#longest), top(this.#ranked)];
    if (longest === undefined || ranked === undefined) return undefined;
    const isStarved = at - longest.turn.readyAt >= STARVED_AFTER_MS && !ranked.turn.holdsPage;
    const next = isStarved ? longest : ranked;
    next.isTaken = true;
    this.#count -= 1;
    return next.turn;
  }

  /** When the first of them can go on. */
  #earliest(): number {
    const [longest, first] = [top(this.#longest), this.#waiting.first];
    const never = Number.POSITIVE_INFINITY;
    return Math.min(longest?.turn.readyAt ?? never, first?.turn.readyAt ?? never);
  }

  #admit(at: number): void {
    for (let first = this.#waiting.first; first !== undefined && first.turn.readyAt <= at; ) {
      this.#waiting.pop();
      this.#ranked.push(first);
      this.#longest.push(first);
      first = this.#waiting.first;
    }
  }
}

/** The first that was not taken out of the other order. */
const top = (queue: Heap<Entry>): Entry | undefined => {
  while (queue.first?.isTaken === true) queue.pop();
  return queue.first;
};
