import type { Refused } from '../actions/refusal.ts';

/** Why something was not done and what to do, in the place where it was asked for. */
export const Refusal = ({ of: refusal }: { of: Refused | null }) =>
  refusal === null ? null : (
    <p className="refusal" role="alert">
      <span className="word" data-tone="bad">
        <span className="glyph" aria-hidden="true">
          ⊘
        </span>{' '}
        REFUSED
      </span>{' '}
      {refusal.message}
      {refusal.nextAction === null ? null : <span className="next">Next: {refusal.nextAction}</span>}
    </p>
  );
