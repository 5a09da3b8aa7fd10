import { type FormEvent, useEffect, useState } from 'react';
import { openSession } from '../../sdk/open-session.ts';
import { VegaError } from '../../sdk/vega-error.ts';
import type { Refused } from '../actions/refusal.ts';
import { Refusal } from '../components/refusal.tsx';

/** Nobody is logged in, or not any more: how to come in, and nothing else. */
export const LockedOut = ({ refusal }: { refusal: Refused | null }) => {
  useEffect(() => {
    document.title = '⊘ Locked out · vega-auth';
    // Whoever has opened a new link in another tab comes back to this one logged in.
    const retry = () => document.visibilityState === 'visible' && location.reload();
    document.addEventListener('visibilitychange', retry);
    return () => document.removeEventListener('visibilitychange', retry);
  }, []);
  const isForbidden = refusal?.code === 'FORBIDDEN';
  return (
    <main className="door" id="main">
      <p className="brand">
        <b>vega-auth</b>
      </p>
      <h1>
        <span aria-hidden="true">⊘</span> Locked out
      </h1>
      <p>
        {isForbidden
          ? 'Your key opens no page.'
          : 'Nobody is logged in here, or the session has ended: it lasts a day, and ends with its key.'}
      </p>
      <h2>Come in with a link</h2>
      <p>
        When it starts, the server prints a link that works once. Look into the terminal that runs{' '}
        <code>npm start</code> (or <code>npm run demo</code>), and open the link in this browser. Was it used
        already? <code>vega-auth keys link</code> prints another, and so does the server when it starts anew.
      </p>
      <h2>Or with a key</h2>
      <KeyForm />
      <button type="button" className="again" onClick={() => location.reload()}>
        Try again
      </button>
    </main>
  );
};

const KeyForm = () => {
  const [key, setKey] = useState('');
  const [refused, setRefused] = useState<Refused | null>(null);
  const logIn = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      await openSession(key.trim());
      location.reload();
    } catch (error) {
      const { code, message, nextAction } =
        error instanceof VegaError ? error : new VegaError('UNKNOWN', 'That did not work.');
      setRefused({ code, message, nextAction });
    }
  };
  return (
    <form className="row" onSubmit={(event) => void logIn(event)}>
      <label htmlFor="key">Access key of the role OPERATOR or VIEWER</label>
      <input
        id="key"
        type="password"
        value={key}
        autoComplete="off"
        required
        onChange={({ target }) => setKey(target.value)}
      />
      <button type="submit">Log in</button>
      <Refusal of={refused} />
    </form>
  );
};
