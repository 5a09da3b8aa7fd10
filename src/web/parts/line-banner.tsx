import { useEffect, useState } from 'react';
import { useLine } from '../facts/use-desk.ts';

/** A lost connection is said where nobody can overlook it; how long for is counted here, as nobody else can. */
export const LineBanner = () => {
  const isLost = useLine() === 'LOST';
  return isLost ? <Lost /> : null;
};

const Lost = () => {
  const [since] = useState(() => performance.now());
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds(Math.floor((performance.now() - since) / 1000)), 1000);
    return () => clearInterval(timer);
  }, [since]);
  return (
    <div className="banner" data-tone="bad">
      <p>
        <b>
          <span aria-hidden="true">✕</span> OFFLINE
        </b>{' '}
        for {seconds} s. What you see is the last that was known; nothing on it is sure. It connects again by itself
        and misses nothing.
      </p>
    </div>
  );
};
