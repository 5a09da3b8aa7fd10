import type { ReactNode } from 'react';

interface Props {
  readonly of: readonly (readonly [name: string, value: ReactNode])[];
  readonly isColumn?: boolean;
}

export const Facts = ({ of: facts, isColumn = false }: Props) => (
  <dl className={isColumn ? 'facts column' : 'facts'}>
    {facts.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);
