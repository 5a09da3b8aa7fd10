import { type Look, line, type Piece } from './look.ts';

export interface Column {
  readonly title: string;
  /** Left out first where the screen is narrow; the highest number goes first. Without one it always stays. */
  readonly dispensable?: number;
}

type Cell = Piece | string;

const GAP = '  ';
const textIn = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);

/** Rows under titles, each column as wide as its widest cell. */
export const renderTable = (
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  look: Look,
): readonly string[] => {
  const titles = columns.map(({ title }): Cell => ({ text: title, tone: 'calm' }));
  const all = [titles, ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => textIn(row[index] ?? '').length)));
  const kept = fitting(columns, widths, look.width);
  return all.map((row) =>
    line(
      kept.flatMap((index): Cell[] => {
        const cell = row[index] ?? '';
        const padded = textIn(cell).padEnd(widths[index] ?? 0);
        return [typeof cell === 'string' ? padded : { ...cell, text: padded }, GAP];
      }),
      look,
    ),
  );
};

/** The columns that fit, in order. */
const fitting = (columns: readonly Column[], widths: readonly number[], room: number): readonly number[] => {
  let kept = columns.map((_, index) => index);
  const needed = () =>
    kept.reduce((sum, index) => sum + (widths[index] ?? 0), 0) + GAP.length * (kept.length - 1);
  while (needed() > room) {
    const [first] = kept
      .filter((index) => columns[index]?.dispensable !== undefined)
      .sort((one, other) => (columns[other]?.dispensable ?? 0) - (columns[one]?.dispensable ?? 0));
    if (first === undefined) return kept;
    kept = kept.filter((index) => index !== first);
  }
  return kept;
};
