import type { Page } from 'playwright';
import type { TestApp } from './test-app.ts';

/** Adds made-up entries to the audit log, the last of them the newest; every fiftieth is a WARN. */
export const plantEntries = (testApp: Pick<TestApp, 'change'>, count: number): void => {
  testApp.change(`
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
    insert into vega_audit_entries (sequence, entry_key, at, severity, component, kind, message, hash)
    select (select max(sequence) from vega_audit_entries) + i, 'planted ' || i, 1795500000000 + i,
      iif(i % 50 = 0, 'WARN', 'INFO'), 'AUTH', 'STATE_CHANGED', 'planted entry ' || i, 'none' from n`);
};

interface Scrolled {
  /** How long each frame took, in milliseconds. */
  readonly frames: readonly number[];
  /** The most rows that were drawn at once. */
  readonly drawn: number;
  readonly isAtEnd: boolean;
}

/** Scrolls the audit log as fast as a wheel can, to the oldest entry that is loaded, and again, until the oldest of all. */
export const scrollToOldest = (page: Page, count: number): Promise<Scrolled> =>
  page.evaluate(`new Promise((resolve) => {
    const grid = document.querySelector('.audit');
    const frames = [];
    let last = performance.now();
    let drawn = 0;
    const step = (now) => {
      frames.push(now - last);
      last = now;
      drawn = Math.max(drawn, grid.querySelectorAll('.audit-body > *').length);
      grid.scrollTop += 3000;
      const isAtEnd = grid.querySelector('[aria-rowindex="${count}"]') !== null;
      if (isAtEnd || frames.length > 4000) return resolve({ frames: frames.slice(2), drawn, isAtEnd });
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  })`);

/** How long each of a hundred frames takes in which nothing is done, in milliseconds. */
export const idleFrames = (page: Page): Promise<readonly number[]> =>
  page.evaluate(`new Promise((resolve) => {
    const frames = [];
    let last = performance.now();
    const step = (now) => {
      frames.push(now - last);
      last = now;
      if (frames.length > 100) return resolve(frames.slice(2));
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  })`);
