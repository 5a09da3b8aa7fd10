import { useId } from 'react';

interface Props {
  readonly name: string;
  readonly label: string;
  readonly of: readonly string[];
}

export const Choice = ({ name, label, of: values }: Props) => {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} name={name}>
        {values.map((value) => (
          <option key={value}>{value}</option>
        ))}
      </select>
    </div>
  );
};
