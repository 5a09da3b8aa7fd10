import { type Browser, chromium } from 'playwright';
import { findChromium } from '../../src/broker/chromium/chromium.ts';

/** The Chromium that the program itself would take. */
export const launchChromium = (): Promise<Browser> => {
  const found = findChromium({ headless: true });
  if (found === undefined) throw new Error('run `npm run setup` first');
  return chromium.launch({ executablePath: found.executablePath });
};
