import type { Page } from 'playwright';
import { LoginFailure } from '../login-failure.ts';
import type { LoginRequest } from '../login-request.ts';
import type { LoginTraffic } from '../login-traffic.ts';
import { StepTimeout } from '../step-timeout.ts';
import { obstacleTo } from './own-step.ts';
import {
  type Awaited,
  classifyPage,
  failureInCodes,
  noticeInText,
  type PageKind,
  refusalInText,
  type SeenFailure,
} from './page-kind.ts';
import { type FieldName, type PageReading, readPage } from './page-reading.ts';
import type { PageWatch } from './page-watch.ts';
import { isBlankOrBusy, strangePage } from './strange-page.ts';
import { waitSaid } from './wait-said.ts';

/** How long a reading may take while the browser waits for an answer; the page is read again after it. */
const READING_TIMEOUT_MS = 1000;

export interface PageState {
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
export class PageReader {
  readonly #options: Options;
  /** The last one that the browser gave. */
  #reading: PageReading | null = null;
  #hasCrashed = false;
  /** The field that was filled last, and every line that stood on the page before its value left. */
  #filled: { readonly field: FieldName; readonly seenBefore: Set<string>; readonly unread: number } | null =
    null;

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
  async read(): Promise<PageState> {
    const { page, traffic, submitted } = this.#options;
    this.throwIfOver();
    const reading = await this.unlessStuck(readPage(page, traffic.captchaFrames));
    this.#reading = reading ?? this.#reading;
    this.throwIfOver();
    if (reading !== null) this.#noteBefore(reading);
    const { failure } = traffic.submissions;
    if (failure !== null) return { reading, kind: this.#judge(failure) };
    const kind: PageKind =
      reading === null
        ? { kind: 'UNKNOWN' }
        : this.#judge(classifyPage(reading, submitted, this.#awaited(reading)));
    if (kind.kind !== 'UNKNOWN') return { reading, kind };
    const { documentFailure } = traffic;
    if (documentFailure === null) return { reading, kind };
    const notice = reading === null ? null : this.#noticeIn(reading);
    return { reading, kind: notice === null ? documentFailure : atLeast(notice, documentFailure.restMs) };
  }

  /** The field is about to be filled: only what appears after its value has left can be an answer to it. */
  beginFilling(field: FieldName): void {
    this.#filled = { field, seenBefore: new Set(), unread: this.#options.traffic.unread.count };
    if (this.#reading !== null) this.#noteBefore(this.#reading);
  }

  #noteBefore({ text, alerts }: PageReading): void {
    const filled = this.#filled;
    if (filled === null || this.#hasLeft(filled)) return;
    for (const line of linesOf(text)) filled.seenBefore.add(line);
    for (const alert of alerts.flatMap(linesOf)) filled.seenBefore.add(alert);
  }

  #hasLeft({ field, unread }: { readonly field: FieldName; readonly unread: number }): boolean {
    const { traffic } = this.#options;
    return traffic.submissions.hasLeft(field) || traffic.unread.count > unread;
  }

  /** What has appeared since the last value left; null while none has left that has not been accepted. */
  #awaited(reading: PageReading): Awaited | null {
    const { traffic } = this.#options;
    const filled = this.#filled;
    if (filled === null || !this.#hasLeft(filled) || traffic.submissions.isAccepted(filled.field))
      return null;
    const newsOf = (text: string) => linesOf(text).filter((line) => !filled.seenBefore.has(line));
    const alerts = [...reading.alerts.flatMap(newsOf), ...traffic.said];
    return {
      field: filled.field,
      news: [...newsOf(reading.text), ...traffic.said].join('\n'),
      alerts: alerts.join('\n'),
    };
  }

  /** What a page without any step of the login says, in answer to the last value or in place of the login. */
  #noticeIn(reading: PageReading): SeenFailure | null {
    if (Object.keys(reading.fields).length > 0) return null;
    const awaited = this.#awaited(reading);
    return awaited === null ? noticeInText(reading.text) : refusalInText(awaited.field, awaited.news);
  }

  /** A code that is not known means a changed page; where a secret has left and was not accepted, it says why. */
  #judge(kind: PageKind): PageKind {
    const { traffic } = this.#options;
    if (kind.kind !== 'FAILURE' || kind.isUnknownCode !== true) return kind;
    if (traffic.submissions.isPending) return { kind: 'UNKNOWN' };
    const isAboutSecret = (['PIN', 'OTP'] as const).some(
      (field) => traffic.submissions.hasLeft(field) && !traffic.submissions.isAccepted(field),
    );
    return isAboutSecret ? { ...kind, code: 'CREDENTIALS_REJECTED' } : kind;
  }

  #refused(): FieldName | undefined {
    const { traffic } = this.#options;
    return (['PIN', 'OTP'] as const).find(
      (field) => traffic.submissions.isRefused(field) && !traffic.submissions.isAccepted(field),
    );
  }

  /**
   * Looks at every change until `decide` has an answer, or `known` has one without a look; null when the deadline
   * passes before. After a redirect `decide` has to answer: nothing ends the looking then but the deadline.
   */
  async until<Answer>(
    deadline: AbortSignal,
    decide: (state: PageState) => Answer | undefined | Promise<Answer | undefined>,
    known: () => Answer | undefined = () => undefined,
  ): Promise<Answer | null> {
    const { watch, request } = this.#options;
    for (;;) {
      const mark = watch.mark();
      const answer = known() ?? (await decide(await this.read()));
      if (answer !== undefined) return answer;
      if (deadline.aborted) return null;
      await watch.changedSince(mark, deadline, request.signal);
    }
  }

  /** A browser that waits for an answer does not answer either, so what is asked of it is given up after a while. */
  async unlessStuck<Answer>(asked: Promise<Answer>, ...deadlines: AbortSignal[]): Promise<Answer | null> {
    using timeout = new StepTimeout(READING_TIMEOUT_MS, ...deadlines, this.#options.request.signal);
    const { signal } = timeout;
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
    traffic.throwIfKeptBack();
    if (this.#hasCrashed || page.isClosed())
      throw new LoginFailure('BROWSER_FAILED', 'The browser page has died.');
  }

  /** Which failure it is when no known page appears in time depends on what was sent, what came back and what is shown. */
  stuck(): LoginFailure {
    const reading = this.#reading;
    const { lastFailure } = this.#options.traffic.submissions;
    const notice = lastFailure ?? (reading === null ? null : this.#noticeIn(reading));
    return (
      this.#refusedSecret() ??
      (notice === null
        ? null
        : new LoginFailure(notice.code, notice.message, { restMs: notice.restMs ?? null })) ??
      this.#unanswered() ??
      strangePage(reading, this.#options.submitted)
    );
  }

  /** A secret that the broker refused in words that are not known, or asks for again without any. */
  #refusedSecret(): LoginFailure | null {
    const { traffic } = this.#options;
    const refused = this.#refused();
    if (refused !== undefined) {
      return new LoginFailure(
        'CREDENTIALS_REJECTED',
        `The broker refused the ${refused}, in words that are not known here.`,
      );
    }
    const fields = this.#reading?.fields ?? {};
    // What was typed still stands in a field that only waits for what comes next.
    const isAskedAgain = (field: FieldName) => fields[field]?.enabled === true && fields[field].isEmpty;
    const askedAgain = (['PIN', 'OTP'] as const).find(
      (field) =>
        traffic.submissions.isAnswered(field) &&
        !traffic.submissions.isAccepted(field) &&
        isAskedAgain(field),
    );
    if (askedAgain === undefined) return null;
    return new LoginFailure(
      'CREDENTIALS_REJECTED',
      `The broker took the ${askedAgain} and went on asking for it.`,
    );
  }

  /** What has appeared since the last value left, whether it was accepted or not. */
  #newsOf(reading: PageReading | null): readonly string[] {
    const { traffic } = this.#options;
    const seen = this.#filled?.seenBefore ?? new Set<string>();
    const shown = reading === null ? [] : [reading.text, ...reading.alerts].flatMap(linesOf);
    return [...shown.filter((line) => !seen.has(line)), ...traffic.said];
  }

  /** The PIN was taken, and nothing follows: what has appeared since may say why, and for how long. */
  #takenInVain(reading: PageReading | null): LoginFailure {
    const news = this.#newsOf(reading);
    const words = news.join('\n');
    const said = refusalInText('PIN', words) ?? failureInCodes(words);
    if (said?.code === 'CREDENTIALS_REJECTED' || said?.code === 'ACTION_REQUIRED')
      return new LoginFailure(said.code, said.message);
    if (!this.#options.traffic.submissions.isAccepted('PIN') && reading?.fields.PIN?.enabled === true)
      return new LoginFailure(
        'ACTION_REQUIRED',
        'The broker answered the PIN, and the page went on showing its field; what came of it is not known.',
      );
    const waits = news.filter((line) => OF_WAITING.test(line)).join('\n');
    return new LoginFailure('THROTTLED', 'The PIN was taken and no redirect followed in time.', {
      restMs: waitSaid(waits, new Date()),
    });
  }

  /** The page is at the step that was filled last, turns a wheel, or shows nothing: it has not gone on to another page. */
  #standsStill(reading: PageReading): boolean {
    if (reading.dialog !== null) return false;
    const filled = this.#filled;
    if (isBlankOrBusy(reading) || filled === null) return true;
    const shown = reading.fields[filled.field];
    if (shown !== undefined) return obstacleTo(filled.field, shown, reading) === null;
    return linesOf(reading.text).every((line) => filled.seenBefore.has(line));
  }

  /** What was sent has come to nothing, though nobody refused it. */
  #unanswered(): LoginFailure | null {
    const { traffic, submitted } = this.#options;
    const reading = this.#reading;
    const fields = reading?.fields ?? {};
    if (traffic.hasAsked) {
      const what = 'The page asked a question in a box, which was not agreed to; it did not go on.';
      return new LoginFailure('ACTION_REQUIRED', what);
    }
    const filled = this.#filled;
    const mayHaveLeft = (field: FieldName) => filled?.field === field && this.#hasLeft(filled);
    const sent = [...submitted].filter((field) => traffic.submissions.hasLeft(field) || mayHaveLeft(field));
    const isStill = reading === null || this.#standsStill(reading);
    if (submitted.has('PIN') && traffic.submissions.isAnswered('PIN') && isStill)
      return this.#takenInVain(reading);
    if (fields.OTP?.enabled === false && sent.includes('MOBILE'))
      return new LoginFailure('THROTTLED', 'The broker has locked the OTP field.');
    if (sent.length === 0 || !isStill || sent.every((field) => traffic.submissions.isAnswered(field)))
      return null;
    return new LoginFailure('BROKER_UNREACHABLE', 'The broker did not answer what was sent.');
  }
}

/** A line that may name a time to wait for. */
const OF_WAITING =
  /\b(?:try|retry|wait|again|later|after|until|till|block\w*|lock\w*|limit\w*|too many|exceed\w*)\b/i;

/** What the head of the answer asks for is waited for, also where its text says better what is the matter. */
const atLeast = (failure: SeenFailure, restMs: number | undefined): SeenFailure =>
  restMs === undefined ? failure : { ...failure, restMs: Math.max(restMs, failure.restMs ?? 0) };

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
