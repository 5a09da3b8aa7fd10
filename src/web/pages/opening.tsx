import { useEffect } from 'react';
import type { Refused } from '../actions/refusal.ts';
import { usePageStore } from '../state/use-page-store.ts';

const AGAIN_MS = 2000;

/** Nothing is known yet: it is being asked, or nobody answers. */
export const Opening = ({ refusal }: { refusal: Refused | null }) => {
  const { refresh } = usePageStore();
  useEffect(() => {
    const timer = setInterval(refresh, AGAIN_MS);
    return () => clearInterval(timer);
  }, [refresh]);
  return (
    <main className="door" id="main" aria-busy={refusal === null}>
      <p className="brand">
        <b>vega-auth</b>
      </p>
      {refusal === null ? (
        <h1>Being read …</h1>
      ) : (
        <>
          <h1>
            <span aria-hidden="true">✕</span> Offline
          </h1>
          <p role="alert">{refusal.message} It is asked again every two seconds.</p>
          <p>{refusal.code === 'NETWORK' ? 'Next: check that vega-auth runs.' : refusal.nextAction}</p>
        </>
      )}
    </main>
  );
};
