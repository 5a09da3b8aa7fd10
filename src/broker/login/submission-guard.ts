import type { Request } from 'playwright';
import type { Secret } from '../../domain/secret.ts';
import type { FieldName } from './page/page-reading.ts';

interface Armed {
  readonly field: FieldName;
  readonly plain: string;
  readonly encoded: string;
  /** Host and path of each place that the value was sent to, numbers left out. */
  readonly sentTo: Set<string>;
}

/** A body that is longer than this and comes a second time is a repetition, whatever is in it. */
const MIN_TELLING_BODY = 16;

/** What becomes of a request: nothing of ours in it, the first of its kind, or a repetition. */
export type Ruling =
  | { readonly kind: 'FREE' }
  | { readonly kind: 'FIRST'; readonly field: FieldName }
  | { readonly kind: 'REPEATED' };

/**
 * Stands between the page and the network: a value that went to a place once is not let through to the same place
 * again, whatever the page does (a retry of its own, an automatic submit that meets our click).
 */
export class SubmissionGuard {
  readonly #armed: Armed[] = [];
  readonly #bodies = new Set<string>();
  /** The value that was armed last has not been answered yet. */
  #isUnanswered = false;

  /** From now on `value` may be sent, once to each place. */
  arm(field: FieldName, value: Secret): void {
    const plain = value.reveal();
    const encoded = Buffer.from(plain).toString('base64');
    this.#armed.push({ field, plain, encoded, sentTo: new Set() });
    this.#isUnanswered = true;
  }

  /** It has been answered: what the page repeats without it from now on, such as a question whether it is done, is its own affair. */
  release(field: FieldName): void {
    if (this.#armed.at(-1)?.field === field) this.#isUnanswered = false;
  }

  rule(request: Request): Ruling {
    // A later step may carry earlier values along, so only the value that was armed last is held to its places.
    const [latest] = this.#armed.slice(-1);
    if (latest === undefined || request.resourceType() === 'ping') return { kind: 'FREE' };
    const { host, pathname, searchParams } = new URL(request.url());
    const place = `${host}${pathname}`;
    const body = request.postData() ?? '';
    const exact = `${place} ${body}`;
    const isOurs = this.#isUnanswered || this.#armed.some((armed) => carries(body, armed));
    const isSameBody = isOurs && body.length >= MIN_TELLING_BODY && this.#bodies.has(exact);
    this.#bodies.add(exact);
    if (isSameBody) return { kind: 'REPEATED' };
    // A mobile number is no secret, and may stand in many an address.
    const isInQuery =
      latest.field !== 'MOBILE' && [...searchParams.values()].some((value) => isValue(value, latest));
    if (!isInQuery && !carries(body, latest)) return { kind: 'FREE' };
    // A second server or version of the same is the same place.
    const party = place.replace(/\d+/g, '');
    if (latest.sentTo.has(party)) return { kind: 'REPEATED' };
    latest.sentTo.add(party);
    return { kind: 'FIRST', field: latest.field };
  }
}

/** A query is full of numbers, so there the whole of a parameter has to be the value. */
const isValue = (text: string, { plain, encoded }: Armed): boolean =>
  text === encoded || text.replace(/[\s+-]/g, '') === plain;

/** A value may be sent as it is, in groups of digits, or in base64. */
const carries = (body: string, { plain, encoded }: Armed): boolean =>
  body.includes(encoded) || body.replace(/[\s+-]|%20|%2D|%2B/gi, '').includes(plain);
