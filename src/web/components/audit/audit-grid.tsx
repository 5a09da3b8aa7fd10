import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Severity } from '../../../sdk/index.ts';
import type { Word } from '../../../sdk/words.ts';
import { auditTimeInIndia, timeInUtc } from '../../format.ts';
import { RunDetail } from '../../runs/run-detail.tsx';
import type { AuditEntry } from '../../state/audit-feed.ts';
import { useAudit, usePageStore } from '../../state/use-page-store.ts';
import { Disclosure } from '../disclosure.tsx';
import { WordMark } from '../word.tsx';

const SEVERITY_WORDS: Readonly<Record<Severity, Word>> = {
  INFO: { glyph: '·', word: 'INFO', tone: 'calm' },
  WARN: { glyph: '▲', word: 'WARN', tone: 'warn' },
  ERROR: { glyph: '✕', word: 'ERROR', tone: 'bad' },
};

/** Of a row with a short message, in the style sheet too; the others are measured. */
const ROW = 24;
const TALL_ROW = 46;
/** So many rows before the end, older ones are asked for. */
const AHEAD = 60;

const narrow = matchMedia('(max-width: 719px)');
const onWidth = (listener: () => void): (() => void) => {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
};

/** Only the rows in sight exist, however long the log is. */
export const AuditGrid = () => {
  const { audit } = usePageStore();
  const { entries, hasOlder, isLoading } = useAudit();
  const scroller = useRef<HTMLDivElement>(null);
  // Kept here: a row that is scrolled out of sight does not exist.
  const [openId, open] = useState<string | null>(null);
  const row = useSyncExternalStore(onWidth, () => narrow.matches) ? TALL_ROW : ROW;
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => row,
    getItemKey: (index) => entries[index]?.id ?? index,
    overscan: 12,
  });
  useLayoutEffect(() => {
    if (row > 0) rows.measure();
  }, [rows, row]);
  useStillness(scroller.current, entries, row);

  const items = rows.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasOlder && !isLoading && entries.length > 0 && lastIndex > entries.length - AHEAD) audit.loadOlder();
  }, [audit, hasOlder, isLoading, lastIndex, entries.length]);

  return (
    <div
      className="audit"
      role="table"
      aria-label="Audit log"
      aria-rowcount={hasOlder ? -1 : entries.length + 1}
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard
      tabIndex={0}
    >
      <div role="rowgroup" className="audit-head">
        <div role="row" className="audit-row" aria-rowindex={1}>
          <span role="columnheader">Time IST</span>
          <span role="columnheader">UTC</span>
          <span role="columnheader">Severity</span>
          <span role="columnheader">Part</span>
          <span role="columnheader">API</span>
          <span role="columnheader">What was done</span>
          <span role="columnheader" className="wide">
            Session
          </span>
        </div>
      </div>
      <div role="rowgroup" className="audit-body" style={{ blockSize: rows.getTotalSize() }}>
        {items.map(({ index, key, start }) => {
          const entry = entries[index];
          return entry === undefined ? null : (
            <Row
              key={key}
              entry={entry}
              index={index}
              start={start}
              measure={rows.measureElement}
              isOpen={entry.id === openId}
              open={open}
            />
          );
        })}
      </div>
      {entries.length === 0 ? (
        <p className="empty">{isLoading ? 'Being read …' : 'Nothing of that kind was written down.'}</p>
      ) : null}
    </div>
  );
};

interface RowProps {
  readonly entry: AuditEntry;
  readonly index: number;
  readonly start: number;
  readonly measure: (element: HTMLElement | null) => void;
  readonly isOpen: boolean;
  readonly open: (id: string | null) => void;
}

/** A message is never cut, and an entry of a run opens the whole run in its place. */
const Row = memo(({ entry, index, start, measure, isOpen, open }: RowProps) => {
  const { correlationId } = entry;
  const time = auditTimeInIndia(entry.timestamp);
  return (
    <div
      role="row"
      className="audit-row"
      ref={measure}
      data-index={index}
      aria-rowindex={index + 2}
      data-severity={entry.severity}
      style={{ transform: `translateY(${start}px)` }}
    >
      <span role="cell" className="number">
        {correlationId == null ? (
          <span className="no-run">{time}</span>
        ) : (
          <Disclosure isOpen={isOpen} onToggle={() => open(isOpen ? null : entry.id)}>
            {time}
          </Disclosure>
        )}
      </span>
      <span role="cell" className="number dim" title={entry.timestamp}>
        {timeInUtc(entry.timestamp)}
      </span>
      <span role="cell">
        <WordMark of={SEVERITY_WORDS[entry.severity]} />
      </span>
      <span role="cell">{entry.component}</span>
      <span role="cell">{entry.apiName ?? '–'}</span>
      <span role="cell" className="message">
        {entry.message}
      </span>
      <span role="cell" className="wide dim" title={correlationId ?? undefined}>
        {correlationId?.slice(0, 8) ?? '–'}
      </span>
      {isOpen && correlationId != null ? (
        <div role="cell" className="opened">
          <RunDetail id={correlationId} isWhole />
        </div>
      ) : null}
    </div>
  );
});

/** What comes in on top does not push away what one reads further down. */
const useStillness = (scroller: HTMLElement | null, entries: readonly AuditEntry[], row: number): void => {
  const top = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const before = top.current;
    top.current = entries[0]?.id;
    if (scroller === null || before === undefined || before === top.current || scroller.scrollTop < row)
      return;
    const added = entries.findIndex(({ id }) => id === before);
    if (added > 0) scroller.scrollTop += added * row;
  }, [scroller, entries, row]);
};
