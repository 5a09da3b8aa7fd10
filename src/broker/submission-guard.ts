import type { Request, Route } from 'playwright-core';
import type { Secret } from '../domain/secret.ts';
import type { FieldName } from './page-reading.ts';

interface Armed {
  readonly field: FieldName;
  readonly needles: readonly string[];
  /** Host and path of each place that the value was sent to. */
  readonly sentTo: Set<string>;
}

/**
 * Stands between the page and the network: a value that went to a place once is not let through to the same place
 * again, whatever the page does (a retry of its own, an automatic submit that meets our click).
 */
export class SubmissionGuard {
  readonly #armed: Armed[] = [];
  readonly #onSubmitted: (field: FieldName) => void;

  constructor(onSubmitted: (field: FieldName) => void) {
    this.#onSubmitted = onSubmitted;
  }

  /** From now on `value` may be sent, once to each place. */
  arm(field: FieldName, value: Secret): void {
    this.#armed.push({ field, needles: formsOf(value.reveal()), sentTo: new Set() });
  }

  hasLeft(field: FieldName): boolean {
    return this.#armed.some((armed) => armed.field === field && armed.sentTo.size > 0);
  }

  /** True when the request may go on. */
  admits(request: Request): boolean {
    const armed = this.#carriedBy(request);
    if (armed === undefined) return true;
    const { host, pathname } = new URL(request.url());
    const place = `${host}${pathname}`;
    if (armed.sentTo.has(place)) return false;
    armed.sentTo.add(place);
    this.#onSubmitted(armed.field);
    return true;
  }

  async handle(route: Route): Promise<void> {
    if (this.admits(route.request())) return route.fallback();
    return route.abort('blockedbyclient');
  }

  #carriedBy(request: Request): Armed | undefined {
    if (request.method() === 'GET' || request.resourceType() === 'ping') return undefined;
    const body = request.postData();
    if (body === null) return undefined;
    return this.#armed.findLast(({ needles }) => needles.some((needle) => body.includes(needle)));
  }
}

/** A six-digit code may be sent as it is, in two groups, or in base64. */
const formsOf = (value: string): readonly string[] => [
  value,
  `${value.slice(0, 3)}-${value.slice(3)}`,
  Buffer.from(value).toString('base64'),
];
