import type { ReactNode } from 'react';

interface Props {
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly children: ReactNode;
}

/** Opens something in its place. */
export const Disclosure = ({ isOpen, onToggle, children }: Props) => (
  <button type="button" className="row-button" aria-expanded={isOpen} onClick={onToggle}>
    <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span> {children}
  </button>
);
