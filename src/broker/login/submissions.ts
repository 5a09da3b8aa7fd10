import type { Request } from 'playwright';
import type { Outcome } from './login-answer.ts';
import type { SeenFailure } from './page/page-kind.ts';
import type { FieldName } from './page/page-reading.ts';

interface Submission {
  readonly request: Request;
  readonly field: FieldName;
  /** It left before anything was pressed: the page sends by itself, or a tool of the broker records what is typed. */
  readonly isUnasked: boolean;
  /** Undefined until it is answered. */
  outcome?: Outcome;
  /** When it was answered, on the clock of `performance.now()`. */
  settledAt?: number;
}

/**
 * How long a bare status waits for another request with the same value. A recording of the last key can leave together with
 * the press, so its status is no answer where the login's own request follows.
 */
export const STATUS_GRACE_MS = 700;

/**
 * The requests that carried a value, and what came of each. What left when the button was pressed decides; what left
 * before it counts only while nothing else has.
 */
export class Submissions {
  readonly #all: Submission[] = [];
  readonly #counted = new Set<FieldName>();

  add(request: Request, field: FieldName, isUnasked: boolean): void {
    this.#all.push({ request, field, isUnasked });
  }

  /** The value may have left in a form that is not known here. False when it was known to have. */
  countAsLeft(field: FieldName): boolean {
    if (this.hasLeft(field)) return false;
    this.#counted.add(field);
    return true;
  }

  hasLeft(field: FieldName): boolean {
    return this.#counted.has(field) || this.#all.some((each) => each.field === field);
  }

  /** The field whose value the request carries, while it is not answered. */
  pendingField(request: Request): FieldName | undefined {
    return this.#all.find((each) => each.request === request && each.outcome === undefined)?.field;
  }

  settle(request: Request, outcome: Outcome): void {
    const settled = this.#all.find((each) => each.request === request);
    if (settled === undefined) return;
    settled.outcome = outcome;
    settled.settledAt = performance.now();
  }

  get isPending(): boolean {
    return this.#all.some(
      (each, index) =>
        this.#decides(each.field, index) && (each.outcome === undefined || this.#isInGrace(each)),
    );
  }

  isAnswered(field: FieldName): boolean {
    return this.#deciding(field).some(({ outcome }) => outcome !== undefined);
  }

  /** An answer has said in so many words that the value was right. */
  isAccepted(field: FieldName): boolean {
    return this.#deciding(field).some(({ outcome }) => outcome === 'ACCEPTED');
  }

  /** An answer has refused the value, in words that are not known here. */
  isRefused(field: FieldName): boolean {
    return this.#deciding(field).some(({ outcome }) => outcome === 'REFUSED');
  }

  /** The failure that an answer has told of. A bare status counts later, and never of what left unasked. */
  get failure(): SeenFailure | null {
    return this.#failure((each, { isStatus }) => isStatus !== true || this.#hasStood(each));
  }

  /** The failure that is left when the page does not go on. */
  get lastFailure(): SeenFailure | null {
    return this.#failure(({ field }, _failure, index) => this.#decides(field, index));
  }

  #failure(counts: (each: Submission, failure: SeenFailure, index: number) => boolean): SeenFailure | null {
    for (const [index, each] of this.#all.entries()) {
      const { outcome } = each;
      if (typeof outcome === 'object' && outcome !== null && counts(each, outcome, index)) return outcome;
    }
    return null;
  }

  /** No other request with the value is on its way or was answered otherwise, and none has followed for a while. */
  #hasStood({ field, isUnasked, settledAt = Number.POSITIVE_INFINITY }: Submission): boolean {
    return !isUnasked && this.#isAlone(field) && performance.now() - settledAt >= STATUS_GRACE_MS;
  }

  /** A bare status that may yet be the answer: until then nothing is answered, and no further secret is typed. */
  #isInGrace(each: Submission): boolean {
    const { field, isUnasked, outcome } = each;
    return !isUnasked && isBareStatus(outcome) && this.#isAlone(field) && !this.#hasStood(each);
  }

  #isAlone(field: FieldName): boolean {
    return this.#all.every((each) => each.field !== field || isBareStatus(each.outcome));
  }

  #deciding(field: FieldName): readonly Submission[] {
    return this.#all.filter((each, index) => each.field === field && this.#decides(field, index));
  }

  #decides(field: FieldName, index: number): boolean {
    const isAsked = this.#all.some((each) => each.field === field && !each.isUnasked);
    return !isAsked || this.#all[index]?.isUnasked === false;
  }
}

const isBareStatus = (outcome: Outcome | undefined): boolean =>
  typeof outcome === 'object' && outcome !== null && outcome.isStatus === true;
