import { useEffect, useState } from 'react';

/** How long nobody has told anything: counted here, as nobody else can. */
export const OfflineFor = () => {
  const [since] = useState(() => performance.now());
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds(Math.floor((performance.now() - since) / 1000)), 1000);
    return () => clearInterval(timer);
  }, [since]);
  return <span className="number">for {seconds} s</span>;
};
