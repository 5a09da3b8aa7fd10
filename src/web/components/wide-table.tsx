import type { ReactNode } from 'react';

interface Props {
  readonly name: string;
  readonly columns: readonly string[];
  readonly children: ReactNode;
}

/** A table that may be wider than a phone: it scrolls by itself, with the keyboard, too. */
export const WideTable = ({ name, columns, children }: Props) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard
  <section className="scroll-x" aria-label={name} tabIndex={0}>
    <table>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </section>
);
