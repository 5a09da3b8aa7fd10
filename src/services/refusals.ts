import type { FactsOf } from '../domain/audit.ts';
import type { Logger } from '../log.ts';
import type { Audit } from './audit.ts';

/** What strangers can cause as often as they like. */
type RefusalKind = 'KEY_REFUSED' | 'LINK_REFUSED' | 'NOTICE_REFUSED';
type Details<Kind extends RefusalKind> = Omit<FactsOf<Kind>, 'times'>;

/** Between two entries of one kind: a flood must not fill the audit. */
const EVERY_MS = 10_000;

/** Writes refusals of strangers down: the first at once, those that follow it counted. */
export class Refusals implements AsyncDisposable {
  readonly #audit: Audit;
  readonly #log: Logger;
  readonly #open = new Map<RefusalKind, { times: number; details: object; timer: NodeJS.Timeout }>();
  #writing: Promise<void> = Promise.resolve();

  constructor(audit: Audit, log: Logger) {
    this.#audit = audit;
    this.#log = log;
  }

  note<Kind extends RefusalKind>(kind: Kind, details: Details<Kind>): void {
    const open = this.#open.get(kind);
    if (open !== undefined) {
      open.times += 1;
      open.details = details;
      return;
    }
    this.#write(kind, { ...details, times: 1 });
    const timer = setTimeout(() => this.#close(kind), EVERY_MS).unref();
    this.#open.set(kind, { times: 0, details, timer });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const kind of this.#open.keys()) this.#close(kind);
    await this.#writing;
  }

  #close(kind: RefusalKind): void {
    const open = this.#open.get(kind);
    if (open === undefined) return;
    clearTimeout(open.timer);
    this.#open.delete(kind);
    if (open.times > 0) this.#write(kind, { ...open.details, times: open.times });
  }

  #write(kind: RefusalKind, facts: object): void {
    this.#writing = this.#audit
      .record(kind, facts as FactsOf<typeof kind>)
      .catch((error: unknown) => this.#log.error({ err: error }, 'a refusal could not be written down'));
  }
}
