import type { Locator, Page } from 'playwright';
import type { Secret } from '../../domain/secret.ts';
import { LoginFailure } from './login-failure.ts';
import type { LoginTraffic } from './login-traffic.ts';
import { obstacleTo } from './page/own-step.ts';
import type { ButtonReading } from './page/page-parts.ts';
import type { PageReader } from './page/page-reader.ts';
import { FIELDS, type FieldName, type PageReading } from './page/page-reading.ts';
import { strangePage } from './page/strange-page.ts';
import { fastFill, typeDigits } from './typing.ts';

/** How long a value that has left by itself is given to take effect before the button is pressed all the same. */
const SELF_SUBMIT_MS = 700;
/** How long a click may take to show an effect before the page is taken to want it another way. */
const CLICK_EFFECT_MS = 3000;
/** A code that was typed longer ago could be too old when it arrives, and a wrong one is counted. */
const OTP_TIMEOUT_MS = 25_000;
/** A button that cannot be pressed by then moves or is covered. */
const CLICK_TIMEOUT_MS = 2000;

interface Options {
  readonly page: Page;
  readonly reader: PageReader;
  readonly traffic: LoginTraffic;
  readonly stepTimeoutMs: number;
}

/**
 * Types and presses, whether the page sends by itself, wants a click or the Enter key. Whoever calls has armed the guard of
 * the traffic before, which lets a value leave once.
 */
export class LoginActions {
  readonly #page: Page;
  readonly #reader: PageReader;
  readonly #traffic: LoginTraffic;
  readonly #stepTimeoutMs: number;

  constructor({ page, reader, traffic, stepTimeoutMs }: Options) {
    this.#page = page;
    this.#reader = reader;
    this.#traffic = traffic;
    this.#stepTimeoutMs = stepTimeoutMs;
  }

  /** Enters the value and sends it off. */
  async submit(field: FieldName, value: Secret): Promise<void> {
    await this.#refuseNarrow(field, value);
    const { count } = this.#traffic.unread;
    if (await this.#submitQuickly(field, value, count)) return;
    await this.#type(field, value, count);
    await this.#press(field, count);
  }

  /** A field that takes less than the value would send a part of it by itself, which is a wrong one. */
  async #refuseNarrow(field: FieldName, value: Secret): Promise<void> {
    const { reading } = await this.#reader.read();
    const room = reading?.fields[field]?.room ?? null;
    const { length } = value.reveal();
    if (room === null || room >= length) return;
    const what = `The ${field} field takes ${room} digits, and what is to be typed has ${length}.`;
    throw new LoginFailure('PAGE_CHANGED', what);
  }

  /** Presses the button that turns down an offer, where it was read, and waits until it is gone. */
  async dismiss({ label, at }: ButtonReading): Promise<void> {
    if (at === null) return;
    const pressing = AbortSignal.timeout(CLICK_EFFECT_MS);
    await this.#reader.unlessStuck(this.#page.mouse.click(at.x, at.y), pressing);
    await this.#reader.until(pressing, ({ reading, kind }) => {
      const isGone = reading !== null && !reading.buttons.some((button) => button.label === label);
      return this.#traffic.redirect !== null || kind.kind === 'FAILURE' || isGone || undefined;
    });
  }

  /** All digits in one go and one click, as most pages take it. False when nothing came of it: then carefully. */
  async #submitQuickly(field: FieldName, value: Secret, unread: number): Promise<boolean> {
    const typed = value.reveal();
    const typing = AbortSignal.timeout(SELF_SUBMIT_MS);
    let isTyped = false;
    const entering = fastFill(this.#page, FIELDS[field].input, typed, typing, () => {
      isTyped = true;
    });
    const entered = await this.#reader.unlessStuck(entering, typing);
    if (entered === 'NOT_TYPED' || !isTyped) return false;
    const isTaken = entered === null || digitsIn(field, entered.shown) !== typed;
    const button = isTaken
      ? await this.#awaitLeaving(field, typing, unread)
      : await this.#awaitButton(field, typing);
    // It left by itself, perhaps not yet to where it belongs, or something else did: what comes of it is waited for.
    const hasStirred = this.#traffic.isGone(field) || this.#traffic.unread.count > unread;
    if (
      hasStirred &&
      (button !== null || this.#traffic.isGone(field) || (await this.#isStillToSend(field)))
    ) {
      await this.#press(field, unread);
      return true;
    }
    if (button === null) return this.#mayHaveLeft(field, unread) || (await this.#isOver());
    const pressing = AbortSignal.timeout(CLICK_EFFECT_MS);
    this.#traffic.notePress();
    await this.#reader.unlessStuck(this.#page.mouse.click(button.x, button.y), pressing);
    const hasEffect = await this.#hasEffect(field, pressing);
    return this.#mayHaveLeft(field, unread) || hasEffect;
  }

  /** Nothing is typed beside a failure. */
  async #isOver(): Promise<boolean> {
    return (await this.#reader.read()).kind.kind === 'FAILURE';
  }

  /** What was typed stands there, and can be sent by a button that is not locked, or by the Enter key. */
  async #isStillToSend(field: FieldName): Promise<boolean> {
    const { reading } = await this.#reader.read();
    const shown = reading?.fields[field];
    return shown !== undefined && !shown.isEmpty && (shown.buttonEnabled || !shown.hasButton);
  }

  /** A secret that may have left in a form that nobody can read counts as gone: it is not typed again. */
  #mayHaveLeft(field: FieldName, unreadBefore: number): boolean {
    if (field === 'MOBILE' || this.#traffic.unread.count === unreadBefore) return false;
    this.#traffic.countAsLeft(field);
    return true;
  }

  /** The page has taken away what was typed, so there is nothing to press: perhaps it is on its way. */
  async #awaitLeaving(field: FieldName, deadline: AbortSignal, unread: number): Promise<null> {
    const hasLeft = () => this.#traffic.isGone(field) || this.#traffic.unread.count > unread || undefined;
    await this.#reader.until(deadline, ({ kind }) => kind.kind === 'FAILURE' || hasLeft(), hasLeft);
    return null;
  }

  /** Where the step's button can be pressed; null when it cannot in time, or when the value has left already. */
  #awaitButton(field: FieldName, deadline: AbortSignal): Promise<{ x: number; y: number } | null> {
    return this.#reader.until(deadline, ({ reading, kind }) => {
      if (this.#traffic.isGone(field) || kind.kind === 'FAILURE') return null;
      return isOwnStep(reading, field) ? (reading?.fields[field]?.buttonAt ?? undefined) : undefined;
    });
  }

  /** Pressing has made the page send the value, or show something else. */
  async #hasEffect(field: FieldName, deadline: AbortSignal): Promise<boolean> {
    const isGone = () => this.#traffic.isGone(field) || undefined;
    const effect = await this.#reader.until(
      deadline,
      ({ reading, kind }) => {
        const hasMovedOn = reading !== null && reading.fields[field] === undefined;
        return kind.kind === 'FAILURE' || hasMovedOn || isGone();
      },
      isGone,
    );
    return effect ?? false;
  }

  /** Types a secret where `submitQuickly` could not. Key events, because the page masks its inputs while one types. */
  async #type(field: FieldName, value: Secret, unread: number): Promise<void> {
    const selector = FIELDS[field].input;
    const input = this.#visible(selector);
    const timeout = this.#stepTimeoutMs;
    const typed = value.reveal();
    const isGone = () => this.#traffic.isGone(field);
    const digitsOf = (shown: string) => digitsIn(field, shown);
    try {
      const isBoxes = (await input.evaluate(isDivided, undefined, { timeout })) === true;
      // Some pages keep an input read-only until it is entered, against programs that fill in passwords.
      if (!isBoxes) await input.focus({ timeout });
      if (!isBoxes) await input.fill('', { timeout });
      if (await typeDigits(this.#page.locator(selector), typed, digitsOf, isGone)) return;
      if (isGone() || this.#mayHaveLeft(field, unread)) return;
    } catch {
      // The browser's own message quotes what was being typed, so neither message nor cause goes on.
      this.#reader.throwIfOver();
      if (this.#traffic.isGone(field) || this.#mayHaveLeft(field, unread)) return;
      if (!(await this.#isInput(field))) return;
      throw new LoginFailure('PAGE_CHANGED', `The ${field} field could not be filled.`);
    }
    throw new LoginFailure(
      'PAGE_CHANGED',
      `The ${field} field did not take what was typed; its button was not pressed.`,
    );
  }

  /** Presses the step's button once it can be pressed, unless the page has sent the value by itself. */
  async #press(field: FieldName, unread: number): Promise<void> {
    const typedAt = performance.now();
    const deadline = field === 'OTP' ? this.#reader.deadline(OTP_TIMEOUT_MS) : this.#reader.deadline();
    const wanted = await this.#reader.until(deadline, async ({ reading, kind }) => {
      if (this.#traffic.redirect !== null || kind.kind === 'FAILURE') return 'NOTHING';
      const shown = reading?.fields[field];
      if (reading !== null && shown === undefined) return 'NOTHING';
      if (shown?.isEmpty === true && this.#mayHaveLeft(field, unread)) return 'NOTHING';
      // What the page has sent by itself may have been the value: its answer is waited for, and what comes of that.
      const { count, isPending, calmAt } = this.#traffic.unread;
      const isUnderWay = this.#traffic.submissions.isPending || isPending;
      const mayTakeEffect = isUnderWay || performance.now() - Math.max(typedAt, calmAt) < SELF_SUBMIT_MS;
      const mayHaveLeft = (this.#traffic.isGone(field) || count > unread) && mayTakeEffect;
      const isOwn = isOwnStep(reading, field);
      // What was typed has gone elsewhere: nothing is sent without it.
      if (shown?.isEmpty === true) return undefined;
      if (!mayHaveLeft && isOwn && shown?.buttonEnabled === true) return 'CLICK';
      if (!mayHaveLeft && isOwn && shown?.hasButton === false) return 'ENTER';
      // Some pages unlock the button when the input is left.
      if (shown?.buttonEnabled === false && !deadline.aborted) await this.#blur(field);
      return undefined;
    });
    if (wanted === null) {
      if (this.#traffic.isGone(field) || this.#mayHaveLeft(field, unread)) return;
      const { reading } = await this.#reader.read();
      if (reading !== null && !isOwnStep(reading, field)) throw strangePage(reading, new Set());
      const what = reading?.fields[field]?.isEmpty
        ? `The ${field} field does not keep what was typed; its button was not pressed.`
        : `The button of the ${field} step stayed locked.`;
      throw new LoginFailure('PAGE_CHANGED', what);
    }
    if (wanted === 'NOTHING') return;
    const { count } = this.#traffic.unread;
    const hasWorked = () => this.#traffic.isGone(field) || this.#mayHaveLeft(field, count);
    this.#traffic.notePress();
    if (wanted === 'ENTER') await this.#pressEnter(field);
    else await this.#click(field, this.#visible(FIELDS[field].button), hasWorked);
    await this.#hasEffect(field, AbortSignal.timeout(CLICK_EFFECT_MS));
    this.#mayHaveLeft(field, count);
  }

  async #blur(field: FieldName): Promise<void> {
    await this.#visible(FIELDS[field].input)
      .blur({ timeout: 1000 })
      .catch(() => undefined);
  }

  async #pressEnter(field: FieldName): Promise<void> {
    await this.#visible(FIELDS[field].input)
      .press('Enter', { timeout: 1000, noWaitAfter: true })
      .catch(() => undefined);
  }

  /** Presses as a person would; a button that never stands still or is covered is pressed from within the page. */
  async #click(field: FieldName, button: Locator, hasWorked: () => boolean): Promise<void> {
    try {
      return await button.click({ timeout: CLICK_TIMEOUT_MS, noWaitAfter: true });
    } catch {
      this.#reader.throwIfOver();
    }
    const { reading, kind } = await this.#reader.read();
    if (hasWorked() || kind.kind === 'FAILURE' || !isOwnStep(reading, field)) return;
    try {
      await button.dispatchEvent('click', {}, { timeout: CLICK_TIMEOUT_MS });
    } catch {
      this.#reader.throwIfOver();
      if (hasWorked()) return;
      throw new LoginFailure('PAGE_CHANGED', 'A button of the login page could not be pressed.');
    }
  }

  async #isInput(field: FieldName): Promise<boolean> {
    const { reading } = await this.#reader.read();
    return reading?.fields[field] !== undefined;
  }

  #visible(selector: string): Locator {
    return this.#page.locator(selector).filter({ visible: true }).first();
  }
}

/** The page still shows the step as it was when it was decided to fill its field. */
const isOwnStep = (reading: PageReading | null, field: FieldName): boolean => {
  const shown = reading?.fields[field];
  return reading?.dialog === null && shown !== undefined && obstacleTo(field, shown, reading) === null;
};

/** The digits of what stands in a field, without the country code that some pages write before the number. */
const digitsIn = (field: FieldName, shown: string): string => {
  const own = field === 'MOBILE' ? shown.replace(/^\s*(?:\+|00)\s*91/, '') : shown;
  return own.replace(/\D/g, '');
};

/** Runs in the page: the field consists of boxes of one digit each. */
const isDivided = (element: Element): boolean => {
  if (!(element instanceof HTMLInputElement) || element.maxLength === 1) return true;
  if (element.maxLength > 0 || element.getBoundingClientRect().width > 72) return false;
  for (let part = element.parentElement; part !== null; part = part.parentElement) {
    const boxes = [...part.querySelectorAll('input')].filter(
      (each) => each.maxLength < 0 && each.getBoundingClientRect().width <= 72,
    );
    if (boxes.length >= 4) return true;
  }
  return false;
};
