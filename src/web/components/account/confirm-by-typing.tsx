import type { AnyVariables } from '@urql/core';
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useAction } from '../../actions/use-action.ts';
import type { Generated } from '../../state/typed-document.ts';
import { Refusal } from '../refusal.tsx';

interface Props<Result, Variables> {
  /** What will happen, and to which account. */
  readonly children: ReactNode;
  /** What has to be typed. */
  readonly phrase: string;
  /** On the button. */
  readonly act: string;
  readonly document: Generated<Result, Variables>;
  readonly variables: Variables;
  /** It is done, or was taken back. */
  readonly onEnd: (isDone: boolean) => void;
}

/** A danger is confirmed in its place, by typing what it concerns. Escape takes it back. */
export const ConfirmByTyping = <Result, Variables extends AnyVariables>(props: Props<Result, Variables>) => {
  const { children, phrase, act, document: mutation, variables, onEnd } = props;
  const { run, isBusy, refusal } = useAction(mutation);
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
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (isRight && !isBusy && (await run(variables)) !== null) onEnd(true);
  };
  return (
    <form
      className="confirm"
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onEnd(false);
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
        <button type="button" onClick={() => onEnd(false)}>
          Cancel
        </button>
      </div>
      <Refusal of={refusal} />
    </form>
  );
};
