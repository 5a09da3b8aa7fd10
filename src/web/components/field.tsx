import { useId } from 'react';

interface Props {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly defaultValue?: string;
  /** What is typed cannot be read, and is kept by nobody. */
  readonly isSecret?: boolean;
  readonly isOptional?: boolean;
}

/** One line of a form. The server says what is wrong with it; the page checks nothing by itself. */
export const Field = ({ name, label, hint, defaultValue, isSecret, isOptional }: Props) => {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {isOptional ? <span className="dim"> (optional)</span> : null}
      </label>
      <input
        id={id}
        name={name}
        type={isSecret ? 'password' : 'text'}
        defaultValue={defaultValue}
        required={!isOptional}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      />
      {hint === undefined ? null : (
        <span id={`${id}-hint`} className="small">
          {hint}
        </span>
      )}
    </div>
  );
};

/** What was typed into a form; null for what was left empty. */
export const textOf = (form: FormData, name: string): string | null => {
  const value = form.get(name);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
};
