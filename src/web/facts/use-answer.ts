import type { AnyVariables } from '@urql/core';
import { useEffect } from 'react';
import { useQuery } from 'urql';
import { type Refused, toRefusal } from '../acts/refusal.ts';
import { documentOf } from './typed-document.ts';
import { useDesk } from './use-desk.ts';

interface Generated<Result, Variables> {
  toString(): string;
  readonly __apiType?: (variables: Variables) => Result;
}

export interface Asked<Result> {
  readonly data: Result | null;
  readonly refusal: Refused | null;
  readonly isAsking: boolean;
  readonly refresh: () => void;
}

/** What a view asks for beside the glance; asked again whenever something was written down or the line is back. */
export const useAnswer = <Result, Variables extends AnyVariables>(
  document: Generated<Result, Variables>,
  variables: Variables,
): Asked<Result> => {
  const { hub } = useDesk();
  const [{ data, error, fetching }, execute] = useQuery<Result, Variables>({
    query: documentOf(document),
    variables,
  } as never);
  useEffect(() => {
    const refresh = () => execute({ requestPolicy: 'network-only' });
    const stops = [
      hub.onEvent(({ __typename }) => {
        if (__typename === 'AuditEvent' || __typename === 'GapEvent') refresh();
      }),
      hub.onLine(() => {
        if (hub.line() === 'LIVE') refresh();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [hub, execute]);
  return {
    data: data ?? null,
    refusal: error === undefined ? null : toRefusal(error),
    isAsking: fetching,
    refresh: () => execute({ requestPolicy: 'network-only' }),
  };
};
