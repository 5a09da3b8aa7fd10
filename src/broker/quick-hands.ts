import type { Page } from 'playwright-core';

/**
 * Puts a value into an input in one go, as a password manager does, and tells what then stands in it. NOT_TYPED where there
 * is not exactly one such input in the document that takes the cursor before `signal` ends; `onTyping` is called before anything is.
 */
export const enterQuickly = async (
  page: Page,
  selector: string,
  value: string,
  signal: AbortSignal,
  onTyping: () => void,
): Promise<{ readonly shown: string } | 'NOT_TYPED'> => {
  const isReady = await page.evaluate(takeCursor, selector);
  // Whoever has given up waiting types by other means by now.
  if (!isReady || signal.aborted) return 'NOT_TYPED';
  onTyping();
  await page.keyboard.insertText(value);
  return { shown: await page.evaluate(readValue, selector) };
};

/** Runs in the page. Selects what stands in the input, so that it is replaced. */
const takeCursor = (selector: string): boolean => {
  const [input, ...others] = document.querySelectorAll(selector);
  if (!(input instanceof HTMLInputElement) || others.length > 0 || input.disabled || input.readOnly)
    return false;
  input.focus();
  input.select();
  return document.activeElement === input;
};

/** Runs in the page. */
const readValue = (selector: string): string => {
  const input = document.querySelector(selector);
  return input instanceof HTMLInputElement ? input.value : '';
};
