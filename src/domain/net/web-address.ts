import { isPlainText } from '../plain-text.ts';

/** Registered at the broker as it is written: http or https. */
export const isWebAddress = (text: string): boolean =>
  isPlainText(text) && URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
