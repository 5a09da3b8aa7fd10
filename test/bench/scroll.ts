import './bench-folder.ts';
import { idleFrames, plantEntries, scrollToOldest } from '../support/audit-scroll.ts';
import { launchChromium } from '../support/chromium.ts';
import { untilSaid, visit } from '../support/page.ts';
import { openTestApp } from '../support/test-app.ts';
import { atMost, machine, median, tell } from './ratios.ts';

/** Scrolling through a long audit log on the page: a frame has to take what it takes in a page that does nothing. */
const ENTRIES = 50_000;

await using testApp = await openTestApp({ apis: 1 });
plantEntries(testApp, ENTRIES);
await using browser = await launchChromium();
await using entered = await visit(browser, testApp);
const { page } = entered;
await untilSaid(page, 'IDLE');
await page.locator('.audit').getByText(`planted entry ${ENTRIES}`).waitFor();
const floor = median(await idleFrames(page));
const { frames, isAtEnd } = await scrollToOldest(page, ENTRIES);
if (!isAtEnd) throw new Error('The oldest entry was not reached.');
tell(
  [
    machine(),
    `${ENTRIES} entries to the oldest; medians of frames: ${median(frames).toFixed(1)} ms, of a page that does nothing ${floor.toFixed(1)} ms.`,
  ],
  [atMost('frame while scrolling : idle frame', median(frames) / floor, 1.5)],
);
