import { LRUCache } from 'lru-cache';
import type { Answer } from '../answer.ts';

/** How much memory answers may take, in bytes. */
const MAX_BYTES = 4_000_000;

/** What a cached answer depends on. */
export interface Revisions {
  /** Differs whenever an answer may; null while nothing may be kept. */
  readonly current: string | null;
  /** The next instant after `since` at which an answer changes by time alone. */
  nextChange(since: Date): Promise<Date>;
}

interface Made {
  readonly answer: Answer;
  /** Whoever asks the same of the same state is answered the same. */
  readonly isRepeatable: boolean;
}

/**
 * Answers that are given again until the state has another revision or the clock has passed the next change. Right beats
 * fast: an answer during which anything has changed is not kept.
 */
export class AnswerCache {
  readonly #revisions: Revisions;
  readonly #clock: () => Date;
  readonly #answers: LRUCache<string, Answer>;
  #revision: string | null = null;
  /** From when on and until when the answers hold, in milliseconds. */
  #from = 0;
  #until = 0;
  hits = 0;
  misses = 0;

  constructor(revisions: Revisions, clock: () => Date, maxBytes = MAX_BYTES) {
    this.#revisions = revisions;
    this.#clock = clock;
    this.#answers = new LRUCache({
      maxSize: Math.max(1, maxBytes),
      sizeCalculation: ({ body }, key) => 2 * (key.length + (typeof body === 'string' ? body.length : 0)),
    });
  }

  get bytes(): number {
    return this.#answers.calculatedSize;
  }

  /** The kept answer, else what `make` answers, kept when it says that it is repeatable. */
  async answer(key: string, make: () => Promise<Made>): Promise<Answer> {
    const revision = this.#revisions.current;
    const now = this.#clock().getTime();
    const known = revision !== null && this.#holds(revision, now) ? this.#answers.get(key) : undefined;
    if (known !== undefined) {
      this.hits += 1;
      return known;
    }
    this.misses += 1;
    const { answer, isRepeatable } = await make();
    if (isRepeatable && revision !== null) await this.#keep(key, answer, revision, now);
    return answer;
  }

  #holds(revision: string, now: number): boolean {
    return revision === this.#revision && now >= this.#from && now < this.#until;
  }

  async #keep(key: string, answer: Answer, revision: string, from: number): Promise<void> {
    const isNew = !this.#holds(revision, from);
    // What cannot be told is past: the answer is good, and is not kept.
    const until = isNew
      ? await this.#revisions.nextChange(new Date(from)).then(Number, () => from)
      : this.#until;
    // What came between the first look and now has been answered half from before and half from after.
    if (this.#revisions.current !== revision || this.#clock().getTime() >= until) return;
    if (isNew) {
      this.#answers.clear();
      [this.#revision, this.#from, this.#until] = [revision, from, until];
    }
    this.#answers.set(key, answer);
  }
}
