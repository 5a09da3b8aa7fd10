/** The browser's installation, for whoever does not need the rest of the program. */
export { installChromium } from './broker/chromium/install-chromium.ts';
