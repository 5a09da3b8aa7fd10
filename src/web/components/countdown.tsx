import { countdown } from '../format.ts';
import { useSecondsUntil } from '../state/use-page-store.ts';

/** Ticks for the eye; a screen reader is told when something is reached, not every second. */
export const Countdown = ({ until, name }: { until: string; name: string }) => {
  const seconds = useSecondsUntil(until);
  return (
    <span className="timer number" role="timer" aria-label={name}>
      {seconds === null ? '--:--' : countdown(seconds)}
    </span>
  );
};
