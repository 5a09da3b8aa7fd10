import { type FormEvent, useId, useState } from 'react';
import { ClearQuarantineDocument } from '../../../sdk/index.ts';
import { useAction } from '../../actions/use-action.ts';
import { useDashboard } from '../../state/use-page-store.ts';
import { Refusal } from '../refusal.tsx';

/** Cleared by a person who says what was wrong; it is written down. */
export const Quarantine = () => {
  const { activeAccount } = useDashboard();
  const [reason, setReason] = useState('');
  const { run, isBusy, refusal } = useAction(ClearQuarantineDocument);
  const id = useId();
  const clear = (event: FormEvent): void => {
    event.preventDefault();
    void run({ accountId: activeAccount.id, reason });
  };
  return (
    <form className="confirm quarantine" onSubmit={clear}>
      <p>
        <b>
          <span aria-hidden="true">⚠</span> {activeAccount.name} is in quarantine.
        </b>{' '}
        Log in at the broker by hand first: five wrong PINs lock the account.
      </p>
      <label htmlFor={id}>What was wrong, and what have you put right?</label>
      <div className="row">
        <input id={id} value={reason} onChange={({ target }) => setReason(target.value)} autoComplete="off" />
        <button type="submit" className="danger" disabled={isBusy}>
          Clear quarantine
        </button>
      </div>
      <Refusal of={refusal} />
    </form>
  );
};
