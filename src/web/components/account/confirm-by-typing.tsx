import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { Refused } from '../../actions/refusal.ts';
import { Refusal } from '../refusal.tsx';

interface Props {
  /** What will happen, and to which account. */
  readonly children: ReactNode;
  /** What has to be typed. */
  readonly phrase: string;
  /** On the button. */
  readonly act: string;
  readonly isBusy: boolean;
  readonly refusal: Refused | null;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

/** A danger is confirmed in its place, by typing what it concerns. Escape takes it back. */
export const ConfirmByTyping = ({ children, phrase, act, isBusy, refusal, onConfirm, onCancel }: Props) => {
  const [typed, type] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement;
    input.current?.focus();
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  const isRight = typed.trim() === phrase;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isRight && !isBusy) onConfirm();
  };
  return (
    <form
      className="confirm"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      <div className="confirm-text">{children}</div>
      <label htmlFor={id}>
        Type <b className="phrase">{phrase}</b> to confirm
      </label>
      <div className="row">
        <input
          id={id}
          ref={input}
          value={typed}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          onChange={({ target }) => type(target.value)}
        />
        <button type="submit" className="danger" disabled={!isRight || isBusy}>
          {act}
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
      <Refusal of={refusal} />
    </form>
  );
};
