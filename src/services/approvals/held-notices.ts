import type { Database } from '../../db/database.ts';
import type { SealedNote, SealedNotes } from '../../db/secrets/sealed-notes.ts';
import { Secret } from '../../domain/secret.ts';
import type { Logger } from '../../log.ts';

const RETRY_MS = 1000;
/** Anybody may post. */
const MAX_HELD = 64;

interface Options {
  readonly database: Database;
  readonly notes: SealedNotes;
  /** False where it cannot be judged yet. */
  readonly judge: (body: unknown) => Promise<boolean>;
  readonly log: Logger;
}

/**
 * Notices that came while the database could not say whether they are waited for, or the broker whose token it is: they may
 * not be sent again. They are sealed on the disk, and judged as soon as that is known, also after a restart.
 */
export class HeldNotices implements AsyncDisposable {
  readonly #options: Options;
  readonly #held = new Map<string, SealedNote>();
  #timer: NodeJS.Timeout | undefined;
  #judging: Promise<void> = Promise.resolve();
  #isDisposed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Takes up what earlier processes have held. */
  begin(): void {
    for (const note of this.#options.notes.list()) this.#held.set(note.id, note);
    this.#plan();
  }

  /** False when it could not be kept. */
  hold(body: unknown): boolean {
    const { notes, log } = this.#options;
    if (this.#held.size >= MAX_HELD) return false;
    try {
      const note = notes.keep(new Secret(JSON.stringify(body)));
      this.#held.set(note.id, note);
    } catch (error) {
      log.error({ err: error }, 'a notice could not be kept');
      return false;
    }
    log.warn('a notice is kept until it can be judged');
    this.#plan();
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    await this.#judging;
  }

  #plan(): void {
    clearTimeout(this.#timer);
    if (this.#held.size === 0 || this.#isDisposed) return;
    this.#timer = setTimeout(() => {
      this.#judging = this.#judgeAll().finally(() => this.#plan());
    }, RETRY_MS).unref();
  }

  async #judgeAll(): Promise<void> {
    const { database, notes, judge, log } = this.#options;
    for (const { id, text } of [...this.#held.values()]) {
      if (this.#isDisposed || database.trouble !== null) return;
      try {
        if (!(await judge(JSON.parse(text.reveal())))) continue;
        this.#held.delete(id);
        notes.remove(id);
      } catch (error) {
        log.warn({ err: error }, 'a notice that is kept cannot be judged yet');
      }
    }
  }
}
