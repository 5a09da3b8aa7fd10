import type { AlertsQuery } from '../../../sdk/index.ts';
import { ALERT_STATE_WORDS } from '../../../sdk/words.ts';
import { momentInIndia } from '../../format.ts';

type Delivery = AlertsQuery['alerts'][number]['deliveries'][number];

/** How far an alert is on its way to one channel. */
export const DeliveryLine = ({ of: delivery }: { of: Delivery }) => {
  const { channelName, state, attempts, attemptedAt, answer, dueAt } = delivery;
  const { glyph, word } = ALERT_STATE_WORDS[state];
  const tried = [
    `${attempts === 1 ? 'one try' : `${attempts} tries`}`,
    ...(attemptedAt == null ? [] : [momentInIndia(attemptedAt)]),
  ];
  return (
    <p className="small">
      {glyph} {channelName}: {[word.toLowerCase(), ...(attempts === 0 ? [] : tried)].join(', ')}
      {answer == null ? '' : ` (${answer})`}
      {state === 'PENDING' ? `, ${waitsFor(delivery)} ${momentInIndia(dueAt)}` : ''}
    </p>
  );
};

const waitsFor = ({ attempts, reason }: Delivery): string => {
  if (attempts > 0) return 'next try';
  return reason === 'NOT_ACKNOWLEDGED' ? 'unless acknowledged by' : 'due';
};
