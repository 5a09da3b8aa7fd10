/** How many subscriptions one key may have at a time. */
const PER_KEY = 2000;

/** Counts who follows how much. */
export class SubscriptionQuota {
  readonly #perKey: number;
  readonly #taken = new Map<string, number>();

  constructor(perKey: number = PER_KEY) {
    this.#perKey = perKey;
  }

  /** Takes a place, which the answer gives back; null when there is none left. */
  take(caller: string): (() => void) | null {
    const taken = this.#taken.get(caller) ?? 0;
    if (taken >= this.#perKey) return null;
    this.#taken.set(caller, taken + 1);
    return () => {
      const left = (this.#taken.get(caller) ?? 1) - 1;
      if (left > 0) this.#taken.set(caller, left);
      else this.#taken.delete(caller);
    };
  }

  /** The error of a subscription for which there is no place. */
  refusal() {
    return {
      message: `This key has ${this.#perKey} subscriptions already.`,
      extensions: {
        code: 'TOO_MANY_SUBSCRIPTIONS',
        nextAction: 'End some of them; `events` tells everything over one.',
      },
    };
  }
}
