import { outsideFence } from '../../db/fence.ts';
import type { FactsOf } from '../../domain/events/audit.ts';
import type { Logger } from '../../log.ts';
import type { Audit } from './audit.ts';

/** What a caller can cause as often as it likes. */
type RefusalKind = 'KEY_REFUSED' | 'LINK_REFUSED' | 'NOTICE_REFUSED' | 'ACCESS_DENIED' | 'LEASE_REFUSED';
type Details<Kind extends RefusalKind> = Omit<FactsOf<Kind>, 'times'>;

/** Between two entries of the same thing: a flood must not fill the audit. */
const EVERY_MS = 10_000;

/** What holders of keys are refused is told apart by what it was: they are few, and so is what they can ask for. */
const TOLD_APART: readonly RefusalKind[] = ['ACCESS_DENIED', 'LEASE_REFUSED'];

interface Open {
  readonly kind: RefusalKind;
  readonly timer: NodeJS.Timeout;
  details: object;
  times: number;
}

/** Records refusals: the first at once, later ones as a count. */
export class Refusals implements AsyncDisposable {
  readonly #audit: Audit;
  readonly #log: Logger;
  readonly #open = new Map<string, Open>();
  #writing: Promise<void> = Promise.resolve();

  constructor(audit: Audit, log: Logger) {
    this.#audit = audit;
    this.#log = log;
  }

  note<Kind extends RefusalKind>(kind: Kind, details: Details<Kind>): void {
    const key = TOLD_APART.includes(kind) ? JSON.stringify([kind, details]) : kind;
    const open = this.#open.get(key);
    if (open !== undefined) {
      open.times += 1;
      open.details = details;
      return;
    }
    this.#write(kind, { ...details, times: 1 });
    const timer = setTimeout(() => this.#close(key), EVERY_MS).unref();
    this.#open.set(key, { kind, times: 0, details, timer });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const key of this.#open.keys()) this.#close(key);
    await this.#writing;
  }

  #close(key: string): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    clearTimeout(open.timer);
    this.#open.delete(key);
    if (open.times > 0) this.#write(open.kind, { ...open.details, times: open.times });
  }

  #write(kind: RefusalKind, facts: object): void {
    // Of whichever account it is, and whoever has it by then.
    this.#writing = outsideFence(() => this.#audit.record(kind, facts as FactsOf<typeof kind>)).catch(
      (error: unknown) => this.#log.error({ err: error }, 'a refusal could not be written down'),
    );
  }
}
