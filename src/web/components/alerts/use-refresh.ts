import { useEffect } from 'react';
import { useConnection } from '../../state/use-page-store.ts';
import { useIsSeen } from '../../use-is-seen.ts';

const EVERY_MS = 3000;

/** Asks again every few seconds while somebody looks: no event tells that an alert was raised or delivered. */
export const useRefresh = (refresh: () => void): void => {
  const isSeen = useIsSeen();
  const connection = useConnection();
  const isAsked = isSeen && connection === 'LIVE';
  useEffect(() => {
    if (!isAsked) return;
    const timer = setInterval(refresh, EVERY_MS);
    return () => clearInterval(timer);
  }, [isAsked, refresh]);
};
