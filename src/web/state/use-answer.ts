import type { AnyVariables } from '@urql/core';
import { useCallback, useEffect } from 'react';
import { useQuery } from 'urql';
import { type Refused, toRefusal } from '../actions/refusal.ts';
import { documentOf, type Generated } from './typed-document.ts';
import { usePageStore } from './use-page-store.ts';

export interface Asked<Result> {
  readonly data: Result | null;
  readonly refusal: Refused | null;
  readonly isAsking: boolean;
  readonly refresh: () => void;
}

/** What a view asks for beside the dashboard query; asked again after every audit entry and every reconnection. */
export const useAnswer = <Result, Variables extends AnyVariables>(
  document: Generated<Result, Variables>,
  variables: Variables,
): Asked<Result> => {
  const { hub } = usePageStore();
  const [{ data, error, fetching }, execute] = useQuery<Result, Variables>({
    query: documentOf(document),
    variables,
  } as never);
  const refresh = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);
  useEffect(() => {
    const stops = [
      hub.onEvent(({ __typename }) => {
        if (__typename === 'AuditEvent' || __typename === 'GapEvent') refresh();
      }),
      hub.onConnection(() => {
        if (hub.connection() === 'LIVE') refresh();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [hub, refresh]);
  return {
    data: data ?? null,
    refusal: error === undefined ? null : toRefusal(error),
    isAsking: fetching,
    refresh,
  };
};
