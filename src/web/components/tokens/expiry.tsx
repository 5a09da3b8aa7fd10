import { EXPIRY_WORDS } from '../../../sdk/words.ts';
import { remaining } from '../../format.ts';
import type { DashboardQuery } from '../../gql/graphql.ts';
import { useSecondsUntil } from '../../state/use-page-store.ts';

type Expiry = DashboardQuery['tokenExpiry'][number];

const DAY = 24 * 3600;

/** A token lives at most from one 03:30 IST to the next, so a whole bar is a day. */
export const ExpiryBar = ({ expiry }: { expiry: Expiry }) => {
  const seconds = useSecondsUntil(expiry.expiresAt) ?? expiry.remainingSeconds;
  return (
    <div className="expiry-bar" aria-hidden="true" data-tone={EXPIRY_WORDS[expiry.level].tone}>
      <div style={{ inlineSize: `${Math.min(100, (seconds / DAY) * 100)}%` }} />
    </div>
  );
};

/** Ticks here; how urgent it is, the server says. */
export const TimeLeft = ({ expiry }: { expiry: Expiry }) => {
  const seconds = useSecondsUntil(expiry.expiresAt) ?? expiry.remainingSeconds;
  const { glyph, word, tone } = EXPIRY_WORDS[expiry.level];
  return (
    <span className="word" data-tone={tone} data-level={expiry.level}>
      <span className="glyph" aria-hidden="true">
        {glyph}
      </span>{' '}
      {expiry.level === 'EXPIRED' ? 'EXPIRED' : remaining(seconds)}
      {expiry.level === 'AMBER' || expiry.level === 'RED' ? <span className="level"> {word}</span> : null}
    </span>
  );
};
