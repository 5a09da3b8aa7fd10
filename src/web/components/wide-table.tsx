import type { ReactNode } from 'react';

/** A table that may be wider than a phone: it scrolls by itself, with the keyboard, too. */
export const WideTable = ({ name, children }: { name: string; children: ReactNode }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard
  <section className="scroll-x" aria-label={name} tabIndex={0}>
    <table>{children}</table>
  </section>
);
