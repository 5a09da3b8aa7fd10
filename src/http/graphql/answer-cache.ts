/** What is answered, as it goes over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const toResponse = ({ status, headers, body }: Answer): Response =>
  new Response(body, { status, headers });

/** How much memory answers may take, in bytes. */
const MAX_BYTES = 4_000_000;

/** What a cached answer depends on. */
export interface Revisions {
  /** Differs whenever an answer may; null while nothing may be kept. */
  readonly current: string | null;
  /** The next instant after `since` at which an answer changes by time alone. */
  nextChange(since: Date): Promise<Date>;
}

interface Entry {
  readonly answer: Answer;
  readonly bytes: number;
}

/**
 * Answers that are given again until the state has another revision or the clock has passed the next change. Right beats
 * fast: an answer during which anything has changed is not kept.
 */
export class AnswerCache {
  readonly #revisions: Revisions;
  readonly #clock: () => Date;
  readonly #maxBytes: number;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;
  #revision: string | null = null;
  /** From when on and until when the entries hold, in milliseconds. */
  #from = 0;
  #until = 0;
  hits = 0;
  misses = 0;

  constructor(revisions: Revisions, clock: () => Date, maxBytes = MAX_BYTES) {
    this.#revisions = revisions;
    this.#clock = clock;
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The kept answer, else what `make` answers, kept when it says that it is repeatable. */
  async answer(
    key: string,
    make: () => Promise<{ readonly answer: Answer; readonly isRepeatable: boolean }>,
  ): Promise<Answer> {
    const revision = this.#revisions.current;
    const now = this.#clock().getTime();
    const known = revision !== null && this.#holds(revision, now) ? this.#entries.get(key) : undefined;
    if (known !== undefined) {
      this.hits += 1;
      return known.answer;
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
    const until = isNew ? await this.#nextChange(from) : this.#until;
    // What came between the first look and now has been answered half from before and half from after.
    if (this.#revisions.current !== revision || this.#clock().getTime() >= until) return;
    if (isNew) this.#clear(revision, from, until);
    const bytes = 2 * (key.length + answer.body.length);
    if (this.#bytes + bytes > this.#maxBytes) return;
    if (!this.#entries.has(key)) this.#bytes += bytes;
    this.#entries.set(key, { answer, bytes });
  }

  /** What cannot be told is past: the answer is good, and is not kept. */
  #nextChange(from: number): Promise<number> {
    return this.#revisions.nextChange(new Date(from)).then(
      (instant) => instant.getTime(),
      () => from,
    );
  }

  #clear(revision: string, from: number, until: number): void {
    this.#entries.clear();
    this.#bytes = 0;
    this.#revision = revision;
    this.#from = from;
    this.#until = until;
  }
}
