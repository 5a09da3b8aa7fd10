import type { AnyVariables } from '@urql/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useAction } from '../actions/use-action.ts';
import type { Generated } from '../state/typed-document.ts';
import { Refusal } from './refusal.tsx';

interface Props<Result, Variables> {
  readonly document: Generated<Result, Variables>;
  readonly variablesOf: (given: FormData) => Variables;
  /** On the button. */
  readonly act: ReactNode;
  readonly isPrimary?: boolean;
  readonly onDone: (result: Result) => void;
  /** What to say afterwards. */
  readonly said?: (result: Result) => string;
  readonly children: ReactNode;
}

/** A form that does one thing, and is empty again once that is done. */
export const ActionForm = <Result, Variables extends AnyVariables>(props: Props<Result, Variables>) => {
  const { document, variablesOf, act, isPrimary, onDone, said, children } = props;
  const { run, isBusy, refusal } = useAction(document);
  const [answer, setAnswer] = useState('');
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    setAnswer('');
    const result = await run(variablesOf(new FormData(form)));
    if (result === null) return;
    form.reset();
    setAnswer(said?.(result) ?? '');
    onDone(result);
  };
  return (
    <form className="fields" onSubmit={(event) => void submit(event)}>
      {children}
      <button type="submit" className={isPrimary ? 'primary' : undefined} disabled={isBusy}>
        {act}
      </button>
      <output>{answer}</output>
      <Refusal of={refusal} />
    </form>
  );
};
