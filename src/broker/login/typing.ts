import type { Locator, Page } from 'playwright';

/** How often a key is pressed that the page does not take. */
const MAX_VAIN_KEYS = 5;
/** How long a page may take to show what a key has typed. */
const KEY_EFFECT_MS = 250;

/**
 * Puts a value into an input in one go, as a password manager does, and tells what then stands in it. NOT_TYPED where there
 * is not exactly one such input in the document that takes the cursor before `signal` ends; `onTyping` is called before anything is.
 */
export const fastFill = async (
  page: Page,
  selector: string,
  value: string,
  signal: AbortSignal,
  onTyping: () => void,
): Promise<{ readonly shown: string } | 'NOT_TYPED'> => {
  if (!(await page.evaluate(takeCursor, { selector, value: null }))) return 'NOT_TYPED';
  // Whoever has given up waiting types by other means by now.
  if (signal.aborted) return 'NOT_TYPED';
  onTyping();
  // In one turn of the page, in which nothing else can take the cursor.
  await page.evaluate(takeCursor, { selector, value });
  return { shown: await page.evaluate(readValue, selector) };
};

/**
 * Types digit by digit and looks after each what has become of it, for pages that mask, redraw or divide their input. True
 * when all of it stands there, or `isOver` says that it is gone already; false where the page does not take it.
 */
export const typeDigits = async (
  input: Locator,
  digits: string,
  digitsIn: (shown: string) => string,
  isOver: () => boolean,
): Promise<boolean> => {
  const read = (unless: string | null = null) =>
    input.evaluateAll(readDivided, { unless, withinMs: KEY_EFFECT_MS });
  let vain = 0;
  for (;;) {
    const shown = await read();
    if (isOver()) return true;
    const typed = shown === null ? null : digitsIn(shown);
    if (typed === digits) return true;
    if (typed === null || !digits.startsWith(typed) || vain >= MAX_VAIN_KEYS) return false;
    await input.evaluateAll(moveCursor, typed.length);
    await input.page().keyboard.press(digits.charAt(typed.length));
    vain = (await read(shown)) === shown ? vain + 1 : 0;
  }
};

/** Runs in the page. Selects what stands in the input, and replaces it where a value is given. False where the input does not keep the cursor. */
const takeCursor = ({ selector, value }: { selector: string; value: string | null }): boolean => {
  const [input, ...others] = document.querySelectorAll(selector);
  if (!(input instanceof HTMLInputElement) || others.length > 0 || input.disabled || input.readOnly)
    return false;
  // One digit of several, each in a box of its own.
  if (input.maxLength === 1 || (input.maxLength < 0 && input.getBoundingClientRect().width <= 72))
    return false;
  input.focus();
  input.select();
  if (document.activeElement !== input) return false;
  return value === null || document.execCommand('insertText', false, value);
};

/** Runs in the page. */
const readValue = (selector: string): string => {
  const input = document.querySelector(selector);
  return input instanceof HTMLInputElement ? input.value : '';
};

/**
 * Runs in the page: what stands in the visible one of the inputs, or in the boxes that it is divided into; null where there is
 * none. Waits a while where it is still `unless`.
 */
const readDivided = async (
  found: Element[],
  { unless, withinMs }: { unless: string | null; withinMs: number },
): Promise<string | null> => {
  // A method: compilers that keep the names of functions wrap others in a helper that the page does not have.
  const boxes = {
    around(from: Element | null): HTMLInputElement[] {
      for (let part = from; part !== null; part = part.parentElement) {
        const found = [...part.querySelectorAll('input')].filter(
          (each) =>
            each.checkVisibility({ visibilityProperty: true }) &&
            (each.maxLength === 1 || (each.maxLength < 0 && each.getBoundingClientRect().width <= 72)),
        );
        if (found.length >= 4) return found;
      }
      return [];
    },
  };
  const endsAt = performance.now() + withinMs;
  for (;;) {
    const own = found.find(
      (element) => element.isConnected && element.checkVisibility({ visibilityProperty: true }),
    );
    const around = boxes.around(own ?? null);
    const isBox = !(own instanceof HTMLInputElement) || around.includes(own);
    const inputs = isBox ? around : [own];
    const shown = own === undefined ? null : inputs.map(({ value }) => value).join('');
    if (unless === null || shown !== unless || performance.now() >= endsAt) return shown;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/**
 * Runs in the page: sets the cursor behind what stands in the input, or into its box of that number. The next key goes there
 * or to another of its boxes, or nowhere, whatever takes the cursor meanwhile.
 */
const moveCursor = (found: Element[], position: number): void => {
  const boxes = {
    around(from: Element | null): HTMLInputElement[] {
      for (let part = from; part !== null; part = part.parentElement) {
        const found = [...part.querySelectorAll('input')].filter(
          (each) =>
            each.checkVisibility({ visibilityProperty: true }) &&
            (each.maxLength === 1 || (each.maxLength < 0 && each.getBoundingClientRect().width <= 72)),
        );
        if (found.length >= 4) return found;
      }
      return [];
    },
  };
  const own = found.find((element) => element.checkVisibility({ visibilityProperty: true })) ?? null;
  const around = boxes.around(own);
  const isWhole = own instanceof HTMLInputElement && !around.includes(own);
  const places: readonly (EventTarget | undefined)[] = isWhole ? [own] : around;
  const isOver = new AbortController();
  const options = { capture: true, signal: isOver.signal };
  for (const kind of ['keydown', 'keypress', 'beforeinput'])
    window.addEventListener(
      kind,
      (event) => {
        if (places.includes(event.composedPath()[0])) return;
        event.preventDefault();
        event.stopImmediatePropagation();
      },
      options,
    );
  window.addEventListener('keyup', () => isOver.abort(), options);
  if (isWhole) {
    if (document.activeElement !== own) own.focus();
    // Inputs of other types have no selection.
    if (/^(?:text|tel|password|search|url)$/.test(own.type))
      own.setSelectionRange(own.value.length, own.value.length);
    return;
  }
  around[position]?.focus();
};
