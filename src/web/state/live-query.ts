import type { AnyVariables, Client, CombinedError, DocumentInput } from '@urql/core';
import { Listeners } from './listeners.ts';

/** What a query answered last, and what went wrong since. */
export interface Answer<Data> {
  readonly data: Data | null;
  readonly error: CombinedError | null;
}

/**
 * A query that is asked again whenever something has happened. One question at a time, so that no older answer comes
 * after a newer one; however often it is asked for meanwhile, one more follows.
 */
export class LiveQuery<Data, Variables extends AnyVariables> {
  readonly #client: Client;
  readonly #document: DocumentInput<Data, Variables>;
  readonly #variables: Variables;
  readonly #listeners = new Listeners();
  #answer: Answer<Data> = { data: null, error: null };
  #asking: Promise<void> | null = null;
  #isStale = false;

  constructor(client: Client, document: DocumentInput<Data, Variables>, variables: Variables) {
    this.#client = client;
    this.#document = document;
    this.#variables = variables;
  }

  readonly answer = (): Answer<Data> => this.#answer;

  readonly subscribe = this.#listeners.add;

  /** Asks for what is true now; done when an answer is there that is not older than this call. */
  readonly refresh = (): Promise<void> => {
    this.#isStale = true;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  };

  async #ask(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      const { data, error } = await this.#client.query(this.#document, this.#variables).toPromise();
      // What was last known stays in sight when no answer comes; the page says that it is old.
      this.#answer = { data: data ?? this.#answer.data, error: error ?? null };
      this.#listeners.publish();
    }
  }
}
