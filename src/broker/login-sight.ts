import type { Page } from 'playwright-core';
import { LoginFailure } from './login-failure.ts';
import type { LoginRequest } from './login-request.ts';
import type { LoginTraffic } from './login-traffic.ts';
import { classifyPage, type PageKind } from './page-kind.ts';
import { type FieldName, type PageReading, readPage } from './page-reading.ts';
import type { PageWatch } from './page-watch.ts';
import { Patience } from './patience.ts';

/** How long a reading may take while the browser waits for an answer; the page is read again after it. */
const READING_PATIENCE_MS = 1000;

/** What a look at the page has shown. */
export interface Seen {
  /** Null when the browser did not answer. */
  readonly reading: PageReading | null;
  readonly kind: PageKind;
}

interface Options {
  readonly page: Page;
  readonly watch: PageWatch;
  readonly traffic: LoginTraffic;
  readonly request: Pick<LoginRequest, 'signal' | 'stepTimeoutMs'>;
  /** Fields that were submitted already; what asks for them again asks in vain. */
  readonly submitted: ReadonlySet<FieldName>;
}

/** What the login page shows. What went over the wire counts before it. */
export class LoginSight {
  readonly #options: Options;
  #reading: PageReading | null = null;
  #hasCrashed = false;

  constructor(options: Options) {
    this.#options = options;
    options.page.on('crash', () => {
      this.#hasCrashed = true;
    });
  }

  /** Until when the page has to have become the next one; in less time than usual where that is asked for. */
  deadline(atMostMs = Number.POSITIVE_INFINITY): AbortSignal {
    return AbortSignal.timeout(Math.min(this.#options.request.stepTimeoutMs, atMostMs));
  }

  /** Reads the page, also when a deadline has just passed, and says what it is. */
  async look(): Promise<Seen> {
    const { page, traffic, submitted } = this.#options;
    this.throwIfOver();
    const reading = await this.unlessStuck(readPage(page, traffic.captchaFrames));
    this.#reading = reading;
    this.throwIfOver();
    if (traffic.failure !== null) return { reading, kind: this.#judge(traffic.failure) };
    const kind: PageKind =
      reading === null ? { kind: 'UNKNOWN' } : this.#judge(classifyPage(reading, submitted));
    if (kind.kind !== 'UNKNOWN') return { reading, kind };
    return { reading, kind: traffic.documentFailure ?? kind };
  }

  /** A code that is not known means a changed page; where a secret has left and was not accepted, it says why. */
  #judge(kind: PageKind): PageKind {
    const { traffic } = this.#options;
    if (kind.kind !== 'FAILURE' || kind.isUnknownCode !== true) return kind;
    if (traffic.isPending) return { kind: 'UNKNOWN' };
    const isAboutSecret = (['PIN', 'OTP'] as const).some(
      (field) => traffic.hasLeft(field) && !traffic.isAccepted(field),
    );
    return isAboutSecret ? { ...kind, code: 'CREDENTIALS_REJECTED' } : kind;
  }

  #refused(): FieldName | undefined {
    const { traffic } = this.#options;
    return (['PIN', 'OTP'] as const).find((field) => traffic.isRefused(field) && !traffic.isAccepted(field));
  }

  /**
   * Looks at every change until `decide` has an answer, or `known` has one without a look; null when the deadline
   * passes before. After a redirect `decide` has to answer: nothing ends the looking then but the deadline.
   */
  async until<Answer>(
    deadline: AbortSignal,
    decide: (seen: Seen) => Answer | undefined | Promise<Answer | undefined>,
    known: () => Answer | undefined = () => undefined,
  ): Promise<Answer | null> {
    const { watch, request } = this.#options;
    for (;;) {
      const mark = watch.mark();
      const answer = known() ?? (await decide(await this.look()));
      if (answer !== undefined) return answer;
      if (deadline.aborted) return null;
      await watch.changedSince(mark, deadline, request.signal);
    }
  }

  /** A browser that waits for an answer does not answer either, so what is asked of it is given up after a while. */
  async unlessStuck<Answer>(asked: Promise<Answer>, ...deadlines: AbortSignal[]): Promise<Answer | null> {
    using patience = new Patience(READING_PATIENCE_MS, ...deadlines, this.#options.request.signal);
    const { signal } = patience;
    const givenUp = new Promise<null>((resolve) => {
      if (signal.aborted) setImmediate(() => resolve(null));
      signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    return await Promise.race([asked.catch(() => null), givenUp]);
  }

  /** The run was aborted, or the page is dead. */
  throwIfOver(): void {
    const { page, traffic, request } = this.#options;
    if (traffic.redirect !== null) return;
    if (request.signal.aborted) throw new LoginFailure('ABORTED', 'The run was aborted.');
    if (this.#hasCrashed || page.isClosed())
      throw new LoginFailure('BROWSER_FAILED', 'The browser page has died.');
  }

  /** Which failure it is when no known page appears in time depends on what was sent and what came back. */
  stuck(): LoginFailure {
    const { traffic, submitted } = this.#options;
    const fields = this.#reading?.fields ?? {};
    // What was typed still stands in a field that only waits for what comes next.
    const isAskedAgain = (field: FieldName) => fields[field]?.enabled === true && fields[field].isEmpty;
    const refused = this.#refused();
    if (refused !== undefined) {
      return new LoginFailure(
        'CREDENTIALS_REJECTED',
        `The broker refused the ${refused}, in words that are not known here.`,
      );
    }
    const askedAgain = (['PIN', 'OTP'] as const).find(
      (field) => traffic.isAnswered(field) && !traffic.isAccepted(field) && isAskedAgain(field),
    );
    if (askedAgain !== undefined) {
      return new LoginFailure(
        'CREDENTIALS_REJECTED',
        `The broker took the ${askedAgain} and went on asking for it.`,
      );
    }
    if (traffic.hasAsked) {
      const what = 'The page asked a question in a box, which was not agreed to; it did not go on.';
      return new LoginFailure('PAGE_CHANGED', what);
    }
    if (submitted.has('PIN') && traffic.isAnswered('PIN')) {
      return new LoginFailure('THROTTLED', 'The PIN was taken and no redirect followed in time.');
    }
    if (fields.OTP?.enabled === false)
      return new LoginFailure('THROTTLED', 'The broker has locked the OTP field.');
    const sent = [...submitted].filter((field) => traffic.hasLeft(field));
    if (sent.length > 0) {
      const what = sent.every((field) => traffic.isAnswered(field))
        ? 'The broker answered what was sent, and its page did not go on.'
        : 'The broker did not answer what was sent.';
      return new LoginFailure('BROKER_UNREACHABLE', what);
    }
    const what = submitted.size === 0 ? 'nothing was typed' : 'nothing was sent';
    return new LoginFailure('PAGE_CHANGED', `The login page does not do what is known of it; ${what}.`);
  }
}
